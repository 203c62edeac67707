import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Append, Log } from "../../src/engine/store/index.ts";
import { append, draft, run, standing } from "./appends.ts";
import type { Harness } from "./log.contract.ts";

const NOW = 1_763_600_000_000;
const named = (name: string, until: number | null = null): Pick<Append, "names"> => ({
  names: [{ name, until }],
});

export function namesContract(name: string, harness: Harness): void {
  describe(`the names of streams, ${name}`, () => {
    let log: Log;
    beforeEach(async () => {
      log = await harness.open();
    });
    afterEach(async () => {
      await log.close();
      await harness.remove();
    });

    test("only one stream is found by a name, also of two in the same batch", async () => {
      const answers = await log.append([
        append(run("aaaa"), 0, named("order_id=7")),
        append(run("bbbb"), 0, named("order_id=7")),
      ]);
      expect(answers).toEqual([
        { done: true, position: 1 },
        { done: false, again: "named" },
      ]);
      expect(log.named("order_id=7", NOW)).toBe("wf_aaaa");
      expect([...log.read(run("bbbb"))]).toEqual([]);
      log = await harness.reopen(log);
      expect(log.named("order_id=7", NOW)).toBe("wf_aaaa");
      expect(log.named("order_id=8", NOW)).toBeNull();
      expect(await log.append([append(run("cccc"), 0, named("order_id=7"))])).toEqual([
        { done: false, again: "named" },
      ]);
      expect(await log.append([append(run("aaaa"), 1, named("order_id=7"))])).toMatchObject([
        { done: true },
      ]);
    });

    test("a name whose time is over may be taken by another, and is not found before", async () => {
      await log.append([append(run("aaaa"), 0, named("order_id=7", NOW + 5))]);
      expect(log.named("order_id=7", NOW + 4)).toBe("wf_aaaa");
      expect(log.named("order_id=7", NOW + 5)).toBeNull();
      const events = [draft(1, { at: NOW + 5 })];
      expect(
        await log.append([append(run("bbbb"), 0, { ...named("order_id=7"), events })]),
      ).toMatchObject([{ done: true }]);
      expect(log.named("order_id=7", NOW + 9)).toBe("wf_bbbb");
    });

    test("cases are listed apart from runs, and neither counted nor folded with them", async () => {
      await log.append([
        append(run("aaaa"), 0, { standing: standing() }),
        append(run("bbbb"), 0, { standing: standing({ kind: "case", status: "open" }) }),
        append(run("cccc"), 0, {
          standing: standing({ kind: "case", status: "waiting", unsettled: false }),
        }),
      ]);
      const list = (filter: object): readonly string[] =>
        log.standings({ most: 10, ...filter }).map(({ stream }) => stream);
      log = await harness.reopen(log);
      expect(list({})).toEqual(["wf_aaaa"]);
      expect(list({ kind: "case" })).toEqual(["wf_cccc", "wf_bbbb"]);
      expect(list({ kind: "case", unsettled: true })).toEqual(["wf_bbbb"]);
      expect(log.unsettled()).toEqual(["wf_aaaa"]);
      expect(log.tally()).toEqual([{ status: "running", count: 1 }]);
      expect(log.standing(run("bbbb"))).toMatchObject({ kind: "case", status: "open" });
    });
  });
}
