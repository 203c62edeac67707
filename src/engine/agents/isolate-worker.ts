import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { EffectClass } from "../../core/machine/index.ts";
import type { AgentTask } from "./agent.ts";
import { checkAnswer, OUTPUT_BYTES_MOST } from "./answer.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { healthOf, threw } from "./function.ts";
import { copyJson } from "./json-copy.ts";
import { type LoadedModule, loadModule } from "./load-module.ts";

/** What the worker of an isolated function is told. One thing at a time. */
export type ToWorker =
  | { readonly type: "attempt"; readonly task: AgentTask }
  | { readonly type: "health" }
  | { readonly type: "abort" };

/** What it tells. `ready` comes first, once. */
export type FromWorker =
  | {
      readonly type: "ready";
      readonly fault: string | null;
      readonly effects: EffectClass | null;
      readonly capabilities: readonly string[];
    }
  /** Plain JSON of a bounded size; its shape is checked outside, where the table of failure kinds is. */
  | { readonly type: "answer"; readonly given: unknown }
  | { readonly type: "health"; readonly said: string | null }
  | { readonly type: "log"; readonly line: string };

export type WorkerSetting = { readonly file: string; readonly name: string };

/** Loads the module and answers what it is asked, until it is ended from outside. */
async function serve(tell: (message: FromWorker) => void): Promise<void> {
  const { file, name }: WorkerSetting = workerData;
  const loaded = await loadModule(file);
  let abort = new AbortController();
  parentPort?.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "abort":
        abort.abort();
        break;
      case "health":
        void healthOf(loaded).then((said) => tell({ type: "health", said }));
        break;
      case "attempt":
        abort = new AbortController();
        void attempt(loaded, message.task, {
          name,
          abort: abort.signal,
          log: (line) => tell({ type: "log", line: String(line) }),
        }).then((given) => tell({ type: "answer", given }));
    }
  });
  const { fault, effects, capabilities } = loaded;
  tell({ type: "ready", fault, effects, capabilities });
}

type Surroundings = {
  readonly name: string;
  readonly abort: AbortSignal;
  readonly log: (line: string) => void;
};

async function attempt(
  loaded: LoadedModule,
  task: AgentTask,
  { name, abort, log }: Surroundings,
): Promise<unknown> {
  const origin = { name, classOf: () => null };
  deepFreeze(task);
  try {
    const given: unknown = await loaded.attempt(task, { log }, abort);
    const copy = copyJson(given, "The answer", OUTPUT_BYTES_MOST);
    return copy.ok ? copy.value : checkAnswer(given, origin);
  } catch (thrown) {
    return threw(thrown, origin);
  }
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  await serve((message) => port.postMessage(message));
}
