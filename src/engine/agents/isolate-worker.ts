import type { EffectClass } from "../../core/machine/index.ts";
import { copyJson } from "../json-copy.ts";
import type { AgentTask } from "./agent.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { invalidAnswer, OUTPUT_BYTES_MOST } from "./invalid-answer.ts";
import { healthOf, type LoadedModule, loadModule } from "./load-module.ts";
import { messageOf, threw } from "./thrown.ts";

/** What the worker of an isolated function is told. One thing at a time. */
export type ToWorker =
  | { readonly type: "attempt"; readonly task: AgentTask }
  | { readonly type: "health" }
  | { readonly type: "abort" };

/** What it tells. `ready` comes first, once; after `fatal` it ends. */
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
  | { readonly type: "log"; readonly line: string }
  | { readonly type: "fatal"; readonly why: string };

/** Loads the module and answers what it is asked, until it is ended from outside or left alone. */
async function serve(file: string, name: string): Promise<void> {
  process.on("disconnect", () => process.exit());
  process.on("uncaughtException", (thrown) => {
    const why = `ended its worker with ${messageOf(thrown)}`;
    tell({ type: "fatal", why }, () => process.exit(1));
  });
  const loaded = await loadModule(file);
  let abort = new AbortController();
  process.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "abort":
        abort.abort();
        break;
      case "health":
        void healthOf(loaded).then((said) => tell({ type: "health", said }));
        break;
      case "attempt":
        abort = new AbortController();
        void attempt(loaded, message.task, { name, abort: abort.signal }).then((given) =>
          tell({ type: "answer", given }),
        );
    }
  });
  const { fault, effects, capabilities } = loaded;
  tell({ type: "ready", fault, effects, capabilities });
}

function tell(message: FromWorker, told: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, told);
}

type Surroundings = { readonly name: string; readonly abort: AbortSignal };

async function attempt(
  loaded: LoadedModule,
  task: AgentTask,
  { name, abort }: Surroundings,
): Promise<unknown> {
  deepFreeze(task);
  try {
    const tools = { log: (line: string) => tell({ type: "log", line: String(line) }) };
    const given: unknown = await loaded.attempt(task, tools, abort);
    const copy = copyJson(given, "The answer", OUTPUT_BYTES_MOST);
    return copy.ok ? copy.value : invalidAnswer(name, copy.why);
  } catch (thrown) {
    return threw(thrown, name);
  }
}

const [, , file = "", name = ""] = process.argv;
await serve(file, name);
