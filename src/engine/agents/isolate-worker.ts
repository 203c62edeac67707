import type { EffectClass } from "../../core/machine/index.ts";
import { copyJson } from "../json-copy.ts";
import type { UseReply } from "../tools/index.ts";
import type { AgentTask, Tools } from "./agent.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { invalidAnswer, OUTPUT_BYTES_MOST } from "./invalid-answer.ts";
import { healthOf, type LoadedModule, loadModule } from "./load-module.ts";
import { messageOf, threw } from "./thrown.ts";

/** What the worker of an isolated function is told. One thing at a time. */
export type ToWorker =
  /** `turn` counts what this worker was asked: an attempt that is over asks for nothing more. */
  | { readonly type: "attempt"; readonly task: AgentTask; readonly turn: number }
  | { readonly type: "health" }
  | { readonly type: "abort" }
  /** What became of a use that it asked for; null: its attempt is to end. */
  | { readonly type: "used"; readonly id: number; readonly reply: UseReply | null };

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
  | {
      readonly type: "use";
      readonly id: number;
      readonly turn: number;
      readonly tool: string;
      readonly args: unknown;
      readonly as?: string;
    }
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
      case "used":
        used(message.id, message.reply);
        break;
      case "health":
        void healthOf(loaded).then((said) => tell({ type: "health", said }));
        break;
      case "attempt":
        abort = new AbortController();
        void attempt(loaded, message.task, { name, abort: abort.signal, turn: message.turn }).then(
          (given) => tell({ type: "answer", given }),
        );
    }
  });
  const { fault, effects, capabilities } = loaded;
  tell({ type: "ready", fault, effects, capabilities });
}

function tell(message: FromWorker, told: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, told);
}

type Asked = { readonly reply: (reply: UseReply) => void; readonly stop: (why: Error) => void };

/** Uses that were asked for and not answered, by their number in this worker. */
const asked = new Map<number, Asked>();
let count = 0;

/** Asked of whoever began this worker: it alone knows the tools. */
function useIn(turn: number): Tools["use"] {
  return (tool, args, as) => {
    count += 1;
    const id = count;
    const copy = copyJson(args, "The arguments", OUTPUT_BYTES_MOST);
    if (!copy.ok) return Promise.reject(new TypeError(copy.why));
    const answer = new Promise<UseReply>((reply, stop) => asked.set(id, { reply, stop }));
    // One that nobody waits for any more is no reason to end the worker.
    answer.catch(() => {});
    const name = as === undefined ? {} : { as: String(as) };
    tell({ type: "use", id, turn, tool: String(tool), args: copy.value, ...name });
    return answer;
  };
}

function used(id: number, reply: UseReply | null): void {
  const one = asked.get(id);
  asked.delete(id);
  if (reply !== null) one?.reply(reply);
  else one?.stop(new DOMException("The attempt that asked is over.", "AbortError"));
}

type Surroundings = {
  readonly name: string;
  readonly abort: AbortSignal;
  readonly turn: number;
};

async function attempt(
  loaded: LoadedModule,
  task: AgentTask,
  { name, abort, turn }: Surroundings,
): Promise<unknown> {
  deepFreeze(task);
  try {
    const tools: Tools = {
      log: (line) => tell({ type: "log", line: String(line) }),
      use: useIn(turn),
    };
    const given: unknown = await loaded.attempt(task, tools, abort);
    const copy = copyJson(given, "The answer", OUTPUT_BYTES_MOST);
    return copy.ok ? copy.value : invalidAnswer(name, copy.why);
  } catch (thrown) {
    return threw(thrown, name);
  }
}

const [, , file = "", name = ""] = process.argv;
await serve(file, name);
