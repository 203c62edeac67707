import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { hasRedis, startRedis } from "../../../test/given/redis.ts";
import { canonical } from "../../core/audit/index.ts";
import type { WorkflowSource } from "../../core/definition/index.ts";
import type { RunId } from "../../core/id.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import type { FunctionAgent } from "../agents/index.ts";
import { type Company, openCompany } from "../company/index.ts";
import { digestOf } from "../runtime/index.ts";
import { openShelf } from "./shelf.ts";

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-checkpoints-"));
  folders.push(folder);
  return folder;
}
test("a database that has taken back what was begun says why, and not that there is nothing to take back", () => {
  const path = join(newFolder(), "checkpoints.db");
  const shelf = openShelf(path);
  using other = new DatabaseSync(path);
  other.exec(
    "create trigger full before update on cursor begin select raise(rollback, 'the disk is full'); end",
  );
  expect(() => shelf.keep([], 1)).toThrow("the disk is full");
  shelf.close();
});

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Strategy = NonNullable<NonNullable<WorkflowSource["execution_config"]>["checkpoint_strategy"]>;

/** Three phases; the last fails while `isBroken()`. */
function line(strategy: Strategy): WorkflowSource {
  const step = (id: string, from: string) => ({
    id,
    agent: id === "last" ? "breaker" : "adder",
    inputs: { n: from },
    outputs: { n: "number" },
  });
  return {
    muster: 1,
    name: "line",
    parameters: { start: 1 },
    execution_config: { checkpoint_strategy: strategy },
    phases: [
      { name: "One", steps: [step("first", "$params.start")] },
      { name: "Two", steps: [step("second", "$first.n")] },
      { name: "Three", steps: [step("last", "$second.n")] },
    ],
  } as unknown as WorkflowSource;
}

type Task = { readonly step: string; readonly inputs: JsonObject };
type Opened = { readonly company: Company; readonly asked: string[]; readonly troubles: Problem[] };
type How = {
  readonly strategy?: Strategy;
  readonly folder?: string;
  readonly isBroken?: boolean;
  readonly hasWorkflow?: boolean;
  readonly agents?: Readonly<Record<string, FunctionAgent>>;
};

async function open(how: How = {}): Promise<Opened> {
  const asked: string[] = [];
  const troubles: Problem[] = [];
  const add = (inputs: JsonObject): { outputs: JsonObject } => ({
    outputs: { n: Number(inputs["n"]) + 1 },
  });
  const agents: Readonly<Record<string, FunctionAgent>> = {
    adder: {
      effects: "pure",
      attempt: ({ step, inputs }: Task) => {
        asked.push(step);
        return add(inputs);
      },
    },
    breaker: {
      effects: "pure",
      attempt: ({ step, inputs }: Task) => {
        asked.push(step);
        if (how.isBroken === true)
          return {
            error: { class: "permanent", kind: "invalid_input_data", message: "It breaks." },
          };
        return add(inputs);
      },
    },
  } as unknown as Readonly<Record<string, FunctionAgent>>;
  const company = await openCompany(how.folder ?? newFolder(), {
    agents: how.agents ?? agents,
    workflows: how.hasWorkflow === false ? {} : { line: line(how.strategy ?? {}) },
    trouble: (problem) => troubles.push(problem),
  });
  return { company, asked, troubles };
}

async function ran(company: Company): Promise<RunId> {
  const started = await company.run("line");
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  await company.settled(started.run);
  return started.run;
}

async function outputsOf(company: Company, run: RunId): Promise<Json> {
  const document = await company.document(run);
  return document["outputs"] ?? null;
}

describe("resume workflow wf_abc123 from checkpoint cp_5 with modified parameters: {retry_failed_steps: true}", () => {
  test("a failed run is resumed as a new run: what had ended stays, what failed is tried again", async () => {
    const folder = newFolder();
    const broken = await open({ folder, isBroken: true });
    const run = await ran(broken.company);
    expect(broken.company.standing(run)?.status).toBe("failed");
    await broken.company.close();
    const { company, asked } = await open({ folder });
    const forked = await company.fork(run, { from: "cp_2", retryFailed: true });
    if (forked.run === null) throw new Error(JSON.stringify(forked.problems));
    expect(forked).toMatchObject({ source: run, checkpoint: "cp_2", stays: 2, doubts: 0 });
    expect((await company.settled(forked.run)).status).toBe("completed");
    expect(asked).toEqual(["three/last"]);
    expect(await outputsOf(company, forked.run)).toMatchObject({ n: 4 });
    const types: string[] = [];
    for await (const event of company.events(forked.run)) types.push(event.type);
    expect(types.slice(0, 2)).toEqual(["run.accepted", "run.forked"]);
    expect(company.standing(run)?.status).toBe("failed");
    await company.close();
  });

  test("what was told to the company itself is no run: checkpoints are made after it, too", async () => {
    const { company, troubles } = await open();
    expect(await company.steer({ agent: "breaker", how: "drain", why: "lunch" })).toEqual([]);
    expect(await company.steer({ agent: "breaker", how: "start", why: "back" })).toEqual([]);
    const run = await ran(company);
    expect((await company.checkpoints(run))?.map(({ id }) => id)).toEqual(["cp_1", "cp_2", "cp_3"]);
    expect(troubles).toEqual([]);
    await company.close();
  });

  test("with other params, it is said which finished steps used them and stay as they are", async () => {
    const { company } = await open();
    const run = await ran(company);
    const forked = await company.fork(run, { from: "cp_1", params: { start: 10 } });
    expect(forked).toMatchObject({
      changed: ["start"],
      stale: [{ param: "start", steps: ["adder (first)"] }],
    });
    expect(await company.fork(run, { params: { stat: 10 } })).toMatchObject({
      problems: [{ code: "unknown-param" }],
    });
    await company.close();
  });

  test("a position that is none is refused, with those that are", async () => {
    const { company } = await open();
    const run = await ran(company);
    for (const [from, message] of [
      ["cp_9", /no checkpoint or event "cp_9"/],
      ["2", /in the middle of a decision/],
      ["9999", /no checkpoint or event/],
    ] as const) {
      const forked = await company.fork(run, { from });
      const [problem] = forked.run === null ? forked.problems : [];
      expect(problem?.message).toMatch(message);
      expect(problem?.mend).toBeTruthy();
    }
    await company.close();
  });
});

describe("State recovery after failures or interruptions", () => {
  test("checkpoints are kept as JSON files, complete, and one that is damaged is refused with a sentence", async () => {
    const folder = newFolder();
    const { company } = await open({ folder, strategy: { interval: "per_step", storage: "file" } });
    const run = await ran(company);
    await company.close();
    const path = join(folder, ".muster", "runs", run, "checkpoints", "cp_2.json");
    const kept = JSON.parse(readFileSync(path, "utf8")) as JsonObject;
    expect(kept).toMatchObject({ kind: "checkpoint", id: "cp_2", run });
    expect(Object.keys(kept)).toEqual(
      expect.arrayContaining(["definition", "state", "log", "contents", "hash", "digest"]),
    );
    writeFileSync(path, readFileSync(path, "utf8").replace('"phase":2', '"phase":1'));
    const again = await open({ folder });
    const list = await again.company.checkpoints(run);
    expect(list?.map(({ id, storage, isKept }) => [id, storage, isKept])).toEqual([
      ["cp_1", "file", true],
      ["cp_2", "file", true],
      ["cp_3", "file", true],
    ]);
    const refused = await again.company.fork(run, { from: "cp_2" });
    expect(refused).toMatchObject({ run: null, problems: [{ code: "corrupt" }] });
    expect(await again.company.fork(run, { from: "cp_1" })).not.toMatchObject({ run: null });
    await again.company.close();
  });

  test("what the process did not come to, the next one makes up for", async () => {
    const folder = newFolder();
    const { company } = await open({ folder });
    const run = await ran(company);
    await company.close();
    rmSync(join(folder, ".muster", "checkpoints.db"), { force: true });
    rmSync(join(folder, ".muster", "checkpoints.db-wal"), { force: true });
    rmSync(join(folder, ".muster", "checkpoints.db-shm"), { force: true });
    const next = await open({ folder });
    await next.company.close();
    const look = await openCompany(folder, { perform: false, workflows: { line: line({}) } });
    expect((await look.checkpoints(run))?.map(({ isKept }) => isKept)).toEqual([true, true, true]);
    await look.close();
  });

  test("that are damaged are told with the mend: without them, they are made anew", async () => {
    const folder = newFolder();
    const file = join(folder, ".muster", "checkpoints.db");
    const { company } = await open({ folder });
    await ran(company);
    await company.close();
    writeFileSync(file, "no database at all");
    const told = { code: "corrupt", mend: "Delete the file: it is made anew from the log." };
    await expect(open({ folder })).rejects.toMatchObject(told);
    await expect(openCompany(folder, { perform: false })).rejects.toMatchObject(told);
    rmSync(file);
    await (await open({ folder })).company.close();
  });
});

describe("an exported checkpoint", () => {
  async function exported(): Promise<{ readonly document: string; readonly run: RunId }> {
    const { company } = await open({ isBroken: true });
    const run = await ran(company);
    const told = await company.exportCheckpoint(run, "cp_2");
    if (told.document === undefined) throw new Error(JSON.stringify(told.problems));
    await company.close();
    return { document: told.document, run };
  }

  test("makes a run in another folder, which waits, and goes on when it is resumed; twice is once", async () => {
    const { document, run } = await exported();
    const { company, asked } = await open({ hasWorkflow: false });
    const imported = await company.importCheckpoint(document, { by: "ana" });
    if (imported.run === null) throw new Error(JSON.stringify(imported.problems));
    expect(imported).toMatchObject({ source: run, again: false });
    expect(company.standing(imported.run)?.status).toBe("paused");
    expect(await company.importCheckpoint(document)).toMatchObject({
      run: imported.run,
      again: true,
    });
    expect(company.runs()).toHaveLength(1);
    await company.send(imported.run, { type: "resume" });
    expect((await company.settled(imported.run)).status).toBe("completed");
    expect(asked).toEqual(["three/last"]);
    expect(await outputsOf(company, imported.run)).toMatchObject({ n: 4 });
    await company.close();
  });

  test("says which agents are missing where it is imported", async () => {
    const { document } = await exported();
    const { company } = await open({ hasWorkflow: false, agents: {} });
    const imported = await company.importCheckpoint(document);
    expect(JSON.stringify(imported)).toMatch(/adder|breaker/);
    expect(imported.run).toBeNull();
    expect(company.runs()).toEqual([]);
    await company.close();
  });

  test("that is damaged or was changed is refused with a sentence, and nothing is done", async () => {
    const { document } = await exported();
    const { company } = await open({ hasWorkflow: false });
    const whole = JSON.parse(document) as JsonObject;
    const { digest: _digest, ...body } = whole;
    /** Changed by somebody who knows of the digest. */
    const sealed = (changed: JsonObject): string => {
      const made = { ...body, ...changed };
      return JSON.stringify({ ...made, digest: digestOf(canonical(made)) });
    };
    const log = whole["log"] as readonly JsonObject[];
    const changedLog = log.map((event, at) =>
      at === 0
        ? { ...event, data: { ...(event["data"] as JsonObject), params: { start: 99 } } }
        : event,
    );
    const state = whole["state"] as { steps: readonly JsonObject[] } & JsonObject;
    const given = [
      "",
      "{}",
      document.slice(0, -20),
      document.replace('"start":1', '"start":2'),
      sealed({ log: changedLog }),
      sealed({ log: log.slice(0, -1) }),
      sealed({ state: { ...state, steps: state.steps.slice(1) } }),
      sealed({ definition: { ...(whole["definition"] as JsonObject), content: "{}" } }),
      sealed({ contents: { [digestOf("a")]: "b" } }),
    ];
    for (const text of given) {
      const imported = await company.importCheckpoint(text);
      expect(imported).toMatchObject({ run: null, problems: [{ code: "corrupt" }] });
    }
    expect(company.runs()).toEqual([]);
    await company.close();
  });
});

describe.skipIf(!hasRedis())("Persistent state storage (JSON files, database, Redis)", () => {
  test("checkpoints are kept in Redis; one that is away or slow holds up no run, is told of, and what it missed is made up for", async () => {
    await using redis = await startRedis();
    process.env["MUSTER_REDIS"] = redis.url;
    try {
      const strategy = { interval: "per_step", storage: "redis" } as const;
      const { company, troubles } = await open({ strategy });
      const first = await ran(company);
      await until(async () => (await keptOf(company, first)).every(Boolean));
      expect(await valueIn(redis.url, `muster:checkpoint:${first}:cp_2`)).toContain('"id":"cp_2"');

      await redis.stop();
      const second = await ran(company);
      expect(company.standing(second)?.status).toBe("completed");
      await until(async () => troubles.length > 0);
      expect(troubles[0]?.message).toMatch(/checkpoint could not be kept.*The runs go on/);
      await redis.start();
      await until(async () => (await keptOf(company, second)).every(Boolean));
      expect(troubles.at(-1)?.message).toMatch(/made up for/);

      redis.hang();
      const third = await ran(company);
      expect(company.standing(third)?.status).toBe("completed");
      await company.close();
    } finally {
      delete process.env["MUSTER_REDIS"];
    }
  }, 60_000);
});

describe.skipIf(!hasRedis())("fork --from a checkpoint that is kept in Redis", () => {
  test("the settings say where Redis is; a copy in it that was changed is refused, and one that cannot be reached is not asked", async () => {
    await using redis = await startRedis();
    process.env["OUR_REDIS"] = redis.url;
    try {
      const strategy = { interval: "per_step", storage: "redis", redis: "$env.OUR_REDIS" } as const;
      const { company } = await open({ strategy });
      const run = await ran(company);
      await until(async () => (await keptOf(company, run)).every(Boolean));
      const key = `muster:checkpoint:${run}:cp_2`;
      const kept = await valueIn(redis.url, key);
      expect(kept).toContain('"id":"cp_2"');
      expect(await company.fork(run, { from: "cp_2" })).toMatchObject({ checkpoint: "cp_2" });
      await put(redis.url, key, String(kept).replace("cp_2", "cp_9"));
      expect(await company.fork(run, { from: "cp_2" })).toMatchObject({
        run: null,
        problems: [{ code: "corrupt" }],
      });
      await redis.stop();
      expect(await company.fork(run, { from: "cp_2" })).toMatchObject({ checkpoint: "cp_2" });
      await company.close();
    } finally {
      delete process.env["OUR_REDIS"];
    }
  }, 60_000);
});

async function put(url: string, key: string, value: string): Promise<void> {
  const { createClient } = await import("redis");
  const client = createClient({ url });
  await client.connect();
  await client.set(key, value);
  client.destroy();
}

async function keptOf(company: Company, run: RunId): Promise<readonly boolean[]> {
  return ((await company.checkpoints(run)) ?? []).map(({ isKept }) => isKept);
}

async function valueIn(url: string, key: string): Promise<string | null> {
  const { createClient } = await import("redis");
  const client = createClient({ url });
  await client.connect();
  const value = await client.get(key);
  client.destroy();
  return value;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await sleep(50);
  }
  throw new Error("It did not come to that.");
}
