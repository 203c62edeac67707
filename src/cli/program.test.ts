import { describe, expect, test } from "vitest";
import { muster, open, whole } from "./given-program.ts";

describe("a command that is wrong", () => {
  test("gets a mend", async () => {
    const { code, side } = await muster(open(whole), "rnus");
    expect(code).toBe(2);
    expect(side).toBe(
      "error: unknown command 'rnus'\n  mend: Did you mean runs? See: muster --help\n",
    );
  });

  test("is sent to the help of its own verb", async () => {
    const { side } = await muster(open(whole), "runs", "resume", "last", "--form", "cp_1");
    expect(side).toContain("See: muster runs resume --help\n");
  });
});
