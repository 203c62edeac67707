import { readFileSync } from "node:fs";
import { join } from "node:path";
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

test("the list at the beginning of the reference has every verb that the help has", async () => {
  const { out } = await muster(open(whole), "--help");
  const verbs = [...out.matchAll(/^ {2}([a-z][a-z-]*)(?: \[options\]| <| {2})/gm)].map(
    ([, verb]) => verb,
  );
  expect(verbs).toContain("dry-run");
  const reference = join(import.meta.dirname, "../../docs/reference/cli.md");
  const [, list = ""] = readFileSync(reference, "utf8").split("```");
  const lacking = verbs.filter((verb) => verb !== "help" && !list.includes(`muster ${verb}`));
  expect(lacking).toEqual([]);
});
