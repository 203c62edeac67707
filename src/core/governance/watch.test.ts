import { describe, expect, test } from "vitest";
import { openWatch, type RuleSaid } from "./index.ts";

function said(
  rule: string,
  follows: RuleSaid["follows"],
  holds: RuleSaid["holds"],
  more: Partial<RuleSaid> = {},
): RuleSaid {
  const outcome = { holds, missing: [], leaves: [] };
  return { rule, version: "1", follows, isShadow: true, because: "", ...outcome, ...more };
}

const RULES = ["asks", "stops", "lets"].map((id) => ({ id, digest: "1" }));

describe("a rule that is only tried", () => {
  test("is counted out of what was judged: asked, held, unclear, and what would have been another", () => {
    const watch = openWatch(RULES);
    watch.hear({ verdict: "allow", rules: [said("asks", "approve", "true")] });
    watch.hear({ verdict: "allow", rules: [said("asks", "approve", "false")] });
    watch.hear({ verdict: "ask", rules: [said("asks", "approve", "true")] });
    watch.hear({ verdict: "allow", rules: [said("asks", "approve", "undetermined")] });
    watch.hear({ verdict: "ask", rules: [said("stops", "deny", "true")] });
    watch.hear({ verdict: "deny", rules: [said("stops", "deny", "true")] });
    expect(watch.counts()).toEqual({
      asks: { asked: 4, held: 2, undetermined: 1, changed: 2 },
      stops: { asked: 2, held: 2, undetermined: 0, changed: 1 },
      lets: { asked: 0, held: 0, undetermined: 0, changed: 0 },
    });
  });

  test("that would ask nobody changes only what no rule has people asked about", () => {
    const watch = openWatch(RULES);
    const lets = said("lets", "permit", "true");
    watch.hear({ verdict: "ask", rules: [lets] });
    watch.hear({ verdict: "allow", rules: [lets] });
    watch.hear({
      verdict: "ask",
      rules: [lets, said("boss", "approve", "true", { isShadow: false })],
    });
    expect(watch.counts()["lets"]).toMatchObject({ held: 3, changed: 1 });
  });

  test("is not counted with what it said in other words, or in force", () => {
    const watch = openWatch(RULES);
    watch.hear({ verdict: "allow", rules: [said("asks", "approve", "true", { version: "0" })] });
    watch.hear({ verdict: "ask", rules: [said("asks", "approve", "true", { isShadow: false })] });
    expect(watch.counts()["asks"]).toMatchObject({ asked: 0 });
  });
});
