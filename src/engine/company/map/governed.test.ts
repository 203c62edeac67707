import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeFiles } from "../../../../test/given/folder.ts";
import { gatesOf } from "../../../core/history/index.ts";
import type { Digest, RunId } from "../../../core/id.ts";
import type { Told } from "../../../core/machine/index.ts";
import { type Company, openCompany } from "../index.ts";
import { readHistory } from "../runs/read-history.ts";

let folder = "";
const FILES = {
  "map.yaml": `muster: 1
company: Harbour
approvals:
  refund-manager:
    from: { role: manager }
    edit: { amount: decrease }
    due: 4h
    break_glass: { role: duty, review: director }
exceptions: { owner: wing }
`,
  "people.yaml": `muster: 1
people:
  ana: { roles: manager, manager: wing }
  ben: { roles: manager }
  gus: {}
  dot: { roles: duty }
  rita: { manager: ana }
  wing: { roles: director }
`,
  "workflows/refund.yaml": `
parameters: { amount: 640 }
steps:
  - { id: pay, agent: bank, inputs: { amount: $params.amount }, approve: refund-manager }
`,
};
const paid: unknown[] = [];
const agents = {
  bank: {
    effects: "idempotent" as const,
    attempt: ({ inputs }: { inputs: unknown }) => {
      paid.push(inputs);
      return { outputs: {} };
    },
  },
};

beforeEach(() => {
  paid.length = 0;
  folder = mkdtempSync(join(tmpdir(), "muster-governed-"));
  writeFiles(folder, FILES);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function asked(company: Company): Promise<RunId> {
  const { run } = await company.run("refund", {}, { by: "rita" });
  if (run === null) throw new Error("It was not started.");
  await company.settled(run);
  return run;
}

async function told(
  company: Company,
  run: RunId,
  given: { readonly by: string; readonly type?: "vote" | "override"; readonly reason?: string },
): Promise<readonly string[]> {
  const [gate] = gatesOf(await readHistory(company, run));
  if (gate === undefined) throw new Error("No gate is open.");
  const { key, digest: text, approval } = gate;
  const digest = text as Digest;
  const presented = approval.gate.terms?.presented ?? digest;
  const { by, type = "vote", reason = "" } = given;
  const of = { key, digest, presented, reason };
  const vote: Told = type === "vote" ? { type, ...of, allow: true } : { type, ...of };
  const problems = await company.send(run, vote, { by });
  await company.settled(run);
  return problems.map(({ message }) => message);
}

describe("a company with chains of approval", () => {
  test("asks whom its map names, also where the map was never published, and not who asks", async () => {
    await using company = await openCompany(folder, { agents });
    expect(await company.check()).toEqual([]);
    const run = await asked(company);
    expect((await company.mapVersions()).map(({ version }) => version)).toEqual([1]);
    expect(await told(company, run, { by: "rita" })).toEqual([
      "rita may not decide this: rita asks for it.",
    ]);
    expect(await told(company, run, { by: "ana" })).toEqual([]);
    expect(paid).toEqual([{ amount: 640 }]);
  });

  test("lets a delegate decide for a time, and keeps both names", async () => {
    await using company = await openCompany(folder, { agents });
    const run = await asked(company);
    const lets = { type: "delegate", from: "ana", to: "gus", since: 0, chains: null } as const;
    const until = Date.now() + 60_000;
    expect(await company.govern({ ...lets, until, why: "", by: "ben" })).toMatchObject([
      { code: "not-allowed" },
    ]);
    expect(
      await company.govern({ ...lets, to: "nobody", until, why: "", by: "ana" }),
    ).toMatchObject([{ code: "unknown-person" }]);
    expect(await company.govern({ ...lets, until, why: "Away.", by: "ana" })).toEqual([]);
    expect((await company.governed()).delegations).toMatchObject([{ from: "ana", to: "gus" }]);
    expect(await told(company, run, { by: "gus" })).toEqual([]);
    const votes: unknown[] = [];
    for await (const { type, data } of company.events(run))
      if (type === "gate.voted") votes.push(data);
    expect(votes).toMatchObject([{ voter: "gus", for: "ana" }]);
  });

  test("kill switch stops allowed approvals", async () => {
    await using company = await openCompany(folder, { agents });
    const run = await asked(company);
    const all = { of: "all", name: "" } as const;
    expect(await company.govern({ type: "stop", ...all, why: " ", by: "wing" })).toMatchObject([
      { code: "bad-input" },
    ]);
    await company.govern({ type: "stop", ...all, why: "Look first.", by: "wing" });
    expect(await told(company, run, { by: "ana" })).toEqual([]);
    expect(paid).toEqual([]);
    expect(await company.waiting(run)).toMatchObject([
      { kind: "exception", what: expect.stringContaining("wing stopped all: Look first.") },
    ]);
    await company.govern({ type: "unstop", ...all, why: "It is well.", by: "wing" });
    await company.send(run, { type: "retry", path: "pay" }, { by: "wing" });
    await company.settled(run);
    expect(paid).toHaveLength(1);
  });

  test("break-glass leaves review task", async () => {
    await using company = await openCompany(folder, { agents });
    const run = await asked(company);
    const by = { by: "dot", type: "override", reason: "The bank closes." } as const;
    expect(await told(company, run, { ...by, by: "ana" })).toEqual([
      "ana may not break the glass here; who is duty may.",
    ]);
    expect((await company.governed()).reviews).toMatchObject([
      { by: "ana", closed: { why: expect.stringContaining("It was not done") } },
    ]);
    expect(await told(company, run, by)).toEqual([]);
    expect(paid).toHaveLength(1);
    const { reviews } = await company.governed();
    expect(reviews.filter(({ closed }) => closed === null)).toMatchObject([
      { run, by: "dot", why: "The bank closes.", for: "director" },
    ]);
    const key = reviews.at(-1)?.key ?? 0;
    const look = { type: "reviewed", run, key, why: "It was right." } as const;
    expect(await company.govern({ ...look, by: "dot" })).toMatchObject([{ code: "not-allowed" }]);
    expect(await company.govern({ ...look, by: "wing" })).toEqual([]);
  });

  test("restart while pending", async () => {
    let run: RunId;
    {
      await using company = await openCompany(folder, { agents });
      run = await asked(company);
    }
    {
      await using company = await openCompany(folder, { agents });
      expect(await company.waiting(run)).toMatchObject([{ kind: "gate" }]);
      expect(await told(company, run, { by: "ben" })).toEqual([]);
    }
    await using company = await openCompany(folder, { agents });
    expect(company.standing(run)?.status).toBe("completed");
    expect(paid).toHaveLength(1);
  });
});
