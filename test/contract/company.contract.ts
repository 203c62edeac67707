import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Company, Envelope, RunId, Told } from "../../src/index.ts";

/** A way to a company under test, in a folder that holds `COMPANY_FILES`. */
export type Harness = {
  readonly open: () => Promise<Company>;
  readonly remove: () => Promise<void>;
};

export const COMPANY_FILES: Readonly<Record<string, string>> = {
  "agents/adder.yaml": "muster: 1\nkind: function\nmodule: agents/adder.mjs\neffects: pure\n",
  "agents/adder.mjs":
    "export const attempt = ({ inputs }) => ({ outputs: { sum: inputs.a + inputs.b } });\n",
  "agents/slow.yaml": "muster: 1\nkind: function\nmodule: agents/slow.mjs\neffects: pure\n",
  "agents/slow.mjs": `import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
const go = new URL("../go", import.meta.url);
export async function attempt(_task, _tools, abort) {
  while (!existsSync(go) && !abort.aborted) await sleep(10);
  return { outputs: {} };
}
`,
  "workflows/add.yaml": `name: add
version: 1.2.0
parameters: { a: { type: number, required: true }, b: 2 }
steps:
  - { id: sum, agent: adder, inputs: { a: $params.a, b: $params.b }, outputs: { sum: number } }
`,
  "workflows/ask.yaml": "name: ask\nsteps:\n  - { id: may, gate: { ask: May we?, from: [ana] } }\n",
  "workflows/paid.yaml": `name: paid
parameters: { order: { type: string, required: true } }
steps:
  - { id: paid, wait: { event: payment, key: $params.order }, outputs: { amount: number } }
`,
  "workflows/one-desk.yaml": `name: one-desk
resources: { desk: 1 }
execution: parallel
steps:
  - { id: first, agent: slow, uses: [desk] }
  - { id: second, agent: slow, uses: [desk] }
`,
  "workflows/wrong.yaml": "name: wrong\nsteps:\n  - { id: a, agent: nobody }\n",
};

/** What every way to a company promises: to the process that does the work, and to one that asks it. */
export function companyContract(
  name: string,
  harness: Harness & { readonly go: () => void },
): void {
  describe(`a company, ${name}`, () => {
    let company: Company;
    beforeEach(async () => {
      company = await harness.open();
    });
    afterEach(async () => {
      await company.close();
      await harness.remove();
    });

    async function started(workflow: string, params = {}): Promise<RunId> {
      const start = await company.run(workflow, params, { by: "ana" });
      if (start.run === null) throw new Error(JSON.stringify(start.problems));
      return start.run;
    }

    async function logOf(run: RunId, options = {}): Promise<readonly Envelope[]> {
      const log: Envelope[] = [];
      for await (const envelope of company.events(run, options)) log.push(envelope);
      return log;
    }

    test("M10 gives a run's id when it is on disk, and runs it to its end", async () => {
      const run = await started("add", { a: 40 });
      expect(company.standing(run)).toMatchObject({ workflow: "add", version: "1.2.0" });
      expect(await company.settled(run)).toMatchObject({ stream: run, status: "completed" });
      const [accepted] = await logOf(run);
      expect(accepted).toMatchObject({ type: "run.accepted", actor: { kind: "human", id: "ana" } });
      expect(await company.document(run)).toMatchObject({ status: "completed" });
      expect(company.definition(run)?.name).toBe("add");
    });

    test("follows a run's events as they come, each once, from a position, to its end", async () => {
      const run = await started("one-desk");
      const following = logOf(run, { follow: true });
      const later = logOf(run, { follow: true, after: 2 });
      harness.go();
      const all = await following;
      expect(all.at(-1)).toMatchObject({ type: "run.finished" });
      expect(all.map(({ seq }) => seq)).toEqual(all.map((_, at) => at + 1));
      expect(await later).toEqual(all.slice(2));
      expect(await logOf(run)).toEqual(all);
    });

    test("ends following, and waiting for the end, when it is told to", async () => {
      const run = await started("one-desk");
      const abort = new AbortController();
      const following = logOf(run, { follow: true, abort: abort.signal });
      const settling = company.settled(run, { abort: abort.signal });
      abort.abort();
      expect((await following).length).toBeGreaterThanOrEqual(0);
      expect(await settling).toMatchObject({ stream: run, endedAt: null });
      expect(await logOf("wf_nobody" as RunId, { follow: true })).toEqual([]);
    });

    test("says what is wrong with a start, with the mend, and starts nothing", async () => {
      for (const [workflow, params, code] of [
        ["nothing", {}, "not-found"],
        ["wrong", {}, "unknown-agent"],
        ["add", {}, "bad-input"],
        ["add", { a: 1, c: 2 }, "unknown-param"],
        ["add", { a: Number.NaN }, "bad-input"],
      ] as const) {
        const start = await company.run(workflow, params);
        expect(start).toMatchObject({ run: null });
        if (start.run === null)
          expect([workflow, start.problems[0]?.code]).toEqual([workflow, code]);
      }
      expect(company.runs()).toEqual([]);
    });

    test("starts the same request once", async () => {
      const one = await company.run("add", { a: 1 }, { requestId: "mail-1" });
      const two = await company.run("add", { a: 1 }, { requestId: "mail-1" });
      expect(one).toMatchObject({ again: false });
      expect(two).toMatchObject({ run: one.run, again: true });
      const other = await company.run("ask", {}, { requestId: "mail-1" });
      expect(other).toMatchObject({ run: null, problems: [{ code: "conflict" }] });
      const named = await company.run("add", { a: 1 }, { run: "wf_named" as RunId });
      const again = await company.run("add", { a: 1 }, { run: "wf_named" as RunId });
      expect([named, again]).toMatchObject([
        { run: "wf_named", again: false },
        { run: "wf_named", again: true },
      ]);
      expect(company.runs()).toHaveLength(2);
    });

    test("M2 tells a run something once, and says why it cannot be told", async () => {
      const run = await started("ask");
      await company.settled(run);
      const [gate] = (await company.waiting(run)) ?? [];
      expect(gate).toMatchObject({ kind: "gate", path: "may", mend: expect.stringContaining(run) });
      const digest = (await logOf(run)).find(({ seq }) => seq === gate?.key)?.data["gate"] as {
        readonly digest: never;
      };
      const vote: Told = { type: "vote", key: gate?.key ?? 0, ...digest, allow: true, reason: "" };
      const [stranger] = await company.send(run, { ...vote, digest: digest.digest }, { by: "eve" });
      expect(stranger).toMatchObject({ code: "not-allowed" });
      const told = { ...vote, digest: digest.digest };
      expect(await company.send(run, told, { by: "ana", id: "vote-1" })).toEqual([]);
      expect(await company.settled(run)).toMatchObject({ status: "completed" });
      expect(await company.send("wf_nobody" as RunId, told)).toMatchObject([{ code: "not-found" }]);
      expect(await company.send(run, { type: "dance" } as never)).toMatchObject([
        { code: "bad-input" },
      ]);
      expect((await logOf(run)).filter(({ type }) => type === "gate.voted")).toHaveLength(1);
    });

    test("keeps an event once, for the run that waits and for one that comes later", async () => {
      const run = await started("paid", { order: "A1" });
      await company.settled(run);
      const first = await company.publish("payment", { amount: 3 }, { key: "A1", id: "p-1" });
      expect(first).toMatchObject({ kept: true, again: false, told: [run], problems: [] });
      const again = await company.publish("payment", { amount: 3 }, { key: "A1", id: "p-1" });
      expect(again).toMatchObject({ kept: true, again: true });
      expect(await company.settled(run)).toMatchObject({ status: "completed" });
      const bad = await company.publish("", {});
      expect(bad).toMatchObject({ kept: false, problems: [{ code: "bad-input" }] });
    });

    test("tells an agent at work from an attempt that waits for a resource", async () => {
      const run = await started("one-desk");
      const kinds = async (): Promise<unknown[]> =>
        ((await company.waiting(run)) ?? []).map(({ kind }) => kind).toSorted();
      await expect.poll(kinds, { timeout: 30_000 }).toEqual(["agent", "resource"]);
      const what = ((await company.waiting(run)) ?? []).map((one) => one.what).join("\n");
      expect(what).toContain('Agent "slow" is at work on it, attempt 1.');
      expect(what).toContain("waits for a place: resource desk");
      harness.go();
      await company.settled(run);
      expect(await company.waiting(run)).toEqual([]);
      expect(await company.waiting("wf_nobody" as RunId)).toBeNull();
    });

    test("lists its workflows and what is wrong with them", async () => {
      const workflows = await company.workflows();
      expect(workflows.map(({ name: one }) => one).toSorted()).toEqual([
        "add",
        "ask",
        "one-desk",
        "paid",
        "wrong",
      ]);
      expect(await company.check("wrong")).toMatchObject([{ code: "unknown-agent" }]);
      expect(await company.check("add")).toEqual([]);
      expect(await company.check("nothing")).toMatchObject([{ code: "not-found" }]);
      expect((await company.workflow("add"))?.version).toBe("1.2.0");
      expect(await company.workflow("nothing")).toBeNull();
    });

    test("lists runs by status and workflow, newest first", async () => {
      const asked = await started("ask");
      await company.settled(asked);
      const added = await started("add", { a: 1 });
      await company.settled(added);
      expect(company.runs().map(({ stream }) => stream)).toEqual([added, asked]);
      expect(company.runs({ status: ["waiting"] }).map(({ stream }) => stream)).toEqual([asked]);
      expect(company.runs({ workflow: "add", most: 1 })).toHaveLength(1);
      expect(company.isAtWork()).toBe(true);
    });
  });
}
