import type { EffectClass } from "../../../core/machine/index.ts";
import { copyJson } from "../../json-copy.ts";
import { type Hands, serveWorker } from "../../serve-worker.ts";
import type { ToolOffered, UseReply } from "../../tools/index.ts";
import type { AgentTask, Tools } from "../agent.ts";
import { invalidAnswer, OUTPUT_BYTES_MOST } from "../invalid-answer.ts";
import { messageOf, threw } from "../thrown.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { healthOf, type LoadedModule, loadModule } from "./load-module.ts";

/** What passes between us and the worker of an isolated agent. */
export type AgentTrade = {
  readonly ready: {
    readonly fault: string | null;
    readonly effects: EffectClass | null;
    readonly capabilities: readonly string[];
  };
  readonly ask:
    | {
        readonly type: "attempt";
        readonly task: AgentTask;
        /** What it may use at most; null: its run has no map. */
        readonly offered: readonly ToolOffered[] | null;
      }
    | { readonly type: "health" };
  readonly reply: /** Plain JSON of a bounded size; its shape is checked outside, where the table of failure kinds is. */
    | { readonly type: "answer"; readonly given: unknown }
    | { readonly type: "health"; readonly said: string | null };
  /** A tool that it uses, or several at once. */
  readonly aside:
    | { readonly tool: string; readonly args: unknown; readonly as?: string }
    | { readonly all: unknown };
  readonly back: UseReply | readonly UseReply[];
};

type AgentHands = Hands<AgentTrade["aside"], AgentTrade["back"]>;

/** Asked of whoever began this worker: it alone knows the tools. */
function useBy({ aside }: AgentHands): Tools["use"] {
  return async (tool, args, as) => {
    const copy = copyJson(args, "The arguments", OUTPUT_BYTES_MOST);
    if (!copy.ok) throw new TypeError(copy.why);
    const name = as === undefined ? {} : { as: String(as) };
    return (await aside({ tool: String(tool), args: copy.value, ...name })) as UseReply;
  };
}

function useAllBy({ aside }: AgentHands): Tools["useAll"] {
  return async (all) => {
    const copy = copyJson(all, "The uses", OUTPUT_BYTES_MOST);
    if (!copy.ok) throw new TypeError(copy.why);
    return (await aside({ all: copy.value })) as readonly UseReply[];
  };
}

async function attempt(
  loaded: LoadedModule,
  { task, offered }: Extract<AgentTrade["ask"], { readonly type: "attempt" }>,
  hands: AgentHands,
): Promise<AgentTrade["reply"]> {
  deepFreeze(task);
  try {
    const tools: Tools = {
      log: hands.log,
      use: useBy(hands),
      useAll: useAllBy(hands),
      ...(offered === null ? {} : { offered: () => offered }),
    };
    const given: unknown = await loaded.attempt(task, tools, hands.abort);
    const copy = copyJson(given, "The answer", OUTPUT_BYTES_MOST);
    return { type: "answer", given: copy.ok ? copy.value : invalidAnswer(name, copy.why) };
  } catch (thrown) {
    return { type: "answer", given: threw(thrown, name) };
  }
}

const [, , file = "", name = ""] = process.argv;
let loaded: LoadedModule | null = null;
const load = async (): Promise<LoadedModule> => (loaded ??= await loadModule(file));
await serveWorker<
  AgentTrade["ready"],
  AgentTrade["ask"],
  AgentTrade["reply"],
  AgentTrade["aside"],
  AgentTrade["back"]
>({
  wordsOf: messageOf,
  open: async () => {
    const { fault, effects, capabilities } = await load();
    return { fault, effects, capabilities };
  },
  answer: async (ask, hands) =>
    ask.type === "attempt"
      ? await attempt(await load(), ask, hands)
      : { type: "health", said: await healthOf(await load()) },
});
