/**
 * A real shop under command: the recorded right calls of 114 conversations go through the gateway, judged by
 * a map that was written from the shop's policy, said yes to by a person, and killed again and again.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import type { RunId } from "../../src/core/id.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { type Company, openCompany } from "../../src/index.ts";
import { writeFiles } from "../given/folder.ts";
import {
  forbiddenIn,
  makeShop,
  type Records,
  recorded,
  type Task,
  textIn,
  userOf,
  worldsOf,
} from "./recorded.ts";
import { FILES } from "./shop-map.ts";

const data = recorded();
/** Of some 170 changes. */
const KILLED_AT = [1, 20, 50, 80, 110, 150];
/** Of what is wrong. */
const SHOWN_MOST = 5;
const root = mkdtempSync(join(tmpdir(), "muster-retail-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.runIf(data !== null)("a shop under command", () => {
  const { base, tasks }: { readonly base: Records; readonly tasks: readonly Task[] } = data ?? {
    base: {},
    tasks: [],
  };
  const folder = join(root, "shop");
  const file = join(folder, "retail.db");
  const users = tasks.map((task) => userOf(task, base));
  const forbidden = forbiddenIn(base, users);

  test("does what was recorded, each change once, whatever is killed", async () => {
    write();
    makeShop(file, base);
    // Each time so many more changes have been made.
    for (const most of KILLED_AT) {
      const { child, ended } = serve();
      while (child.exitCode === null && doneIn() < most) await sleep(10);
      child.kill("SIGKILL");
      expect(await ended).toBe(null);
    }
    expect(await serve().ended).toBe(0);
    expect(tasks.flatMap(differing).slice(0, SHOWN_MOST)).toEqual([]);
    const done = read("select task, tool, args from done").map(({ task, tool, args }) => {
      const { task: _, customer: __, ...given } = JSON.parse(String(args)) as JsonObject;
      return JSON.stringify([task, tool, given]);
    });
    const wanted = tasks.flatMap(({ task_id, steps }) =>
      steps.flatMap(({ name, ok, tool_type, arguments: args }) =>
        ok && tool_type === "write" ? [JSON.stringify([task_id, name, args])] : [],
      ),
    );
    expect(done.map(inOrder).toSorted()).toEqual(wanted.map(inOrder).toSorted());
  }, 1_200_000);

  test("gives what was recorded, and keeps everybody to their own and to the policy", async () => {
    await using company = await openCompany(folder, { perform: false });
    const wrong: string[] = [];
    let denied = 0;
    for (const { stream } of company.runs({ most: 1_000 })) {
      const { task, said } = await saidIn(company, stream as unknown as RunId);
      const steps = tasks.find(({ task_id }) => task_id === task)?.steps ?? [];
      for (const [at, { name, ok, result }] of steps.entries()) {
        const reply = said[at];
        if (!fits(reply, ok, result ?? null))
          wrong.push(`${task} ${at} ${name}: ${JSON.stringify(reply).slice(0, 300)}`);
        if (reply?.outcome === "denied") denied += 1;
      }
      const [order, profile, ...others] = said.slice(steps.length);
      for (const reply of [order, profile])
        if (reply?.outcome !== "ok" || reply.result !== null)
          wrong.push(`${task} saw ${JSON.stringify(reply)}`);
      if (others.some(({ outcome }) => outcome !== "denied"))
        wrong.push(`${task} did ${JSON.stringify(others)}`);
    }
    expect(wrong.slice(0, SHOWN_MOST)).toEqual([]);
    // A gift card that does not cover it, and an order that was not delivered.
    expect(denied).toBe(2);
  }, 300_000);

  function write(): void {
    const plans = Object.fromEntries(
      tasks.map(({ task_id, steps }) => [
        task_id,
        [...steps.map(({ name, arguments: args }) => ({ name, args })), ...forbidden],
      ]),
    );
    const module = join(import.meta.dirname, "shop-tools.mjs");
    const all = {
      ...FILES,
      "plans.json": JSON.stringify(plans),
      "shop-tools.mjs": readFileSync(module, "utf8"),
    };
    writeFiles(folder, all);
  }

  function serve(): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
    const told = tasks.map(({ task_id }, at) => [task_id, users[at]]);
    const program = join(import.meta.dirname, "serve.ts");
    const child = spawn(process.execPath, [program, folder, JSON.stringify(told)], {
      env: { ...process.env, RETAIL_DB: file },
      stdio: ["ignore", "ignore", "inherit"],
    });
    return { child, ended: new Promise((resolve) => child.once("exit", resolve)) };
  }

  function read(sql: string): readonly Record<string, unknown>[] {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 20_000 });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  }

  function doneIn(): number {
    return Number(read("select count(*) as n from done")[0]?.["n"]);
  }

  /** Records of a task's world that are not as they are to be. */
  function differing(task: Task): readonly string[] {
    const { is, wanted } = worldsOf(file, task, base);
    const names = [is, wanted].flatMap((world) =>
      Object.entries(world).flatMap(([kind, all]) =>
        Object.keys(all).map((id) => [kind, id] as const),
      ),
    );
    return names.flatMap(([kind, id]) => {
      const [one, other] = [
        is[kind]?.[id] ?? base[kind]?.[id],
        wanted[kind]?.[id] ?? base[kind]?.[id],
      ];
      return inOrder(JSON.stringify(one)) === inOrder(JSON.stringify(other))
        ? []
        : [
            `${task.task_id}: ${kind} ${id} is ${JSON.stringify(one)}, not ${JSON.stringify(other)}`,
          ];
    });
  }
});

type Reply = { readonly name: string; readonly outcome: string; readonly result?: Json };

/** What came of each call of a run's agent. */
async function saidIn(
  company: Company,
  run: RunId,
): Promise<{ readonly task: string; readonly said: readonly Reply[] }> {
  let task = "";
  let said: readonly Reply[] = [];
  for await (const { type, data: told } of company.events(run)) {
    if (type === "run.accepted") task = textIn(told["params"] as JsonObject, "task");
    if (type === "step.finished")
      said = (valueIn(company, told["output"] ?? null)["said"] ??
        []) as unknown as readonly Reply[];
  }
  return { task, said };
}

function valueIn(company: Company, stored: Json): JsonObject {
  const read = company.read(stored as Parameters<Company["read"]>[0]);
  return typeof read === "object" && read !== null ? (read as JsonObject) : {};
}

/** What was not found there is nothing here, and what was refused there is denied. */
function fits(reply: Reply | undefined, ok: boolean, wanted: Json): boolean {
  if (reply === undefined) return false;
  if (!ok) return reply.outcome === "denied" || (reply.outcome === "ok" && reply.result === null);
  if (reply.outcome !== "ok") return false;
  const { name, result = null } = reply;
  if (name.startsWith("find_user")) return (result as JsonObject)["user_id"] === wanted;
  if (name === "calculate") return (result as JsonObject)["result"] === wanted;
  if (!name.startsWith("get_")) return true;
  const { customer: _, ...given } = result as JsonObject;
  return inOrder(JSON.stringify(given)) === inOrder(typeof wanted === "string" ? wanted : "null");
}

/** The same JSON with its names in order; null there is nothing here. */
function inOrder(text: string): string {
  const sorted = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((one: Json) => sorted(one));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, one]) => one !== null)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, one]) => [name, sorted(one as Json)]),
    );
  };
  return JSON.stringify(sorted(JSON.parse(text ?? "null") as Json));
}
