import { describe, expect, test } from "vitest";
import { fold, given, RUN } from "../../../../test/given/run.ts";
import { asked, serving, TOOLS } from "../../../../test/given/serving.ts";
import { read } from "../../../../test/given/tools.ts";
import { absent, evolve, freeze, owed, thaw } from "../index.ts";

describe("a run with uses of tools", () => {
  test("M4 is the fold of its log, and a snapshot of it is the same run", () => {
    const run = serving({ tools: asked() });
    run.uses("serve", "order.read");
    run.used("serve", read(1));
    run.uses("serve", "note.write");
    run.uses("serve", "refund.create");
    const folded = fold(run.run().workflow, run.log());
    expect(JSON.stringify(folded)).toBe(JSON.stringify(run.run()));
    const pages = new Map<string, string>();
    const text = freeze(run.run(), () => {
      throw new Error("There are no pages.");
    });
    const thawed = thaw(text, run.run(), (digest) => pages.get(digest) ?? "");
    expect(thawed).not.toBeNull();
    if (thawed === null) return;
    expect(owed(thawed)).toEqual(owed(run.run()));
    expect(thawed.frames).toEqual(run.run().frames);
  });

  test("names its map and its case", () => {
    const text = "steps: [{ id: serve, agent: support }]";
    const run = given(text, { tools: TOOLS });
    const map = run.facts.digest("map");
    const { digest } = run.run().workflow;
    const labels = { untrusted: ["mail 1"], personal: [] };
    const start = { type: "start", definition: digest, params: {}, parent: null } as const;
    run.tell({ ...start, map, case: "cs_1", labels });
    expect(run.run()).toMatchObject({ map, case: "cs_1", labels });
    expect(run.events("run.accepted")[0]).toMatchObject({ map, case: "cs_1", labels });
    const [accepted] = run.log();
    if (accepted !== undefined)
      expect(evolve(absent(RUN, run.run().workflow), accepted)).toMatchObject({
        map,
        case: "cs_1",
      });
  });

  test("M4 a log from before there were uses names no map", () => {
    const run = given("steps: [{ id: a, agent: b }]").start();
    expect(run.run()).toMatchObject({ map: null, case: null });
    expect(run.events("run.accepted")[0]).not.toHaveProperty("map");
  });
});
