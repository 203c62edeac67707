import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { json } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import type { Answer, Json, Task, Tools } from "../agents/parts/protocol.ts";

const PACK = resolve(import.meta.dirname, "..");
const LEFT_OUT = ["output", ".muster", "tests"];

export type PackCopy = Disposable & {
  readonly folder: string;
  /** One attempt of a function agent, as an engine makes it. */
  readonly attempt: (agent: string, task: Partial<Task>, abort?: AbortSignal) => Promise<Answer>;
  /** The command agent's process; its answer is what it printed. */
  readonly tenants: (task: Partial<Task>) => Command;
  /** Rows of output/onboarding.db. */
  readonly rows: (sql: string) => readonly Readonly<Record<string, unknown>>[];
};

export type Command = {
  readonly answer: Promise<Answer>;
  /** kill -9; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
};

/** A copy of the pack in a folder of its own, without the work of earlier runs. */
export function copyPack(): PackCopy {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "onboarding-")));
  cpSync(PACK, folder, {
    recursive: true,
    filter: (source) => source === PACK || !LEFT_OUT.includes(basename(source)),
  });
  return {
    folder,
    attempt: async (agent, task, abort = new AbortController().signal) => {
      const module: unknown = await import(
        pathToFileURL(join(folder, "agents", `${agent}.ts`)).href
      );
      return (module as AgentModule).attempt(taskOf(task), { log: () => {} }, abort);
    },
    tenants: (task) => startTenants(folder, taskOf(task)),
    rows: (sql) => {
      using database = open(folder);
      return database.prepare(sql).all();
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

type AgentModule = {
  readonly attempt: (task: Task, tools: Tools, abort: AbortSignal) => Promise<Answer> | Answer;
};

/** The outputs of an answer that must have some. */
export function outputsOf(answer: Answer): { readonly [name: string]: Json } {
  if ("error" in answer) throw new Error(`The agent answered ${JSON.stringify(answer.error)}`);
  return answer.outputs;
}

/** The database of a copy, with a wait for whoever writes. */
function open(folder: string): DatabaseSync {
  return new DatabaseSync(join(folder, "output", "onboarding.db"), { timeout: 5_000 });
}

function taskOf(task: Partial<Task>): Task {
  return { run: "wf_test", step: "test", attempt: 1, key: "wf_test/7", inputs: {}, ...task };
}

function startTenants(folder: string, task: Task): Command {
  const child = spawn(process.execPath, [join("agents", "tenants.mjs")], {
    cwd: folder,
    env: {},
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify({ task }));
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  child.once("close", () => end());
  const answer = json(child.stdout).then((printed) => printed as Answer);
  answer.catch(() => {});
  return {
    answer,
    kill: () => {
      child.kill("SIGKILL");
      return ended;
    },
  };
}
