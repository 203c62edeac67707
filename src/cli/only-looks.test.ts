import { describe, expect, test } from "vitest";
import { onlyLooks } from "./only-looks.ts";

describe("a verb without a reader", () => {
  test.each(["runs list", "-C dir runs events last --follow", "check", "runs --help", "--version"])(
    "%s has nothing more to do",
    (words) => {
      expect(onlyLooks(words.split(" "))).toBe(true);
    },
  );

  test.each([
    "run flow.yaml a=1",
    "runs resume last",
    "publish paid",
    "backup x",
    "runs archive last",
  ])("%s goes on", (words) => {
    expect(onlyLooks(words.split(" "))).toBe(false);
  });
});
