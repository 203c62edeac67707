import type { JsonObject } from "../../../core/json.ts";
import { importModule } from "../../import-module.ts";
import { serveWorker } from "../../serve-worker.ts";
import { type Answer, refused } from "../kind.ts";
import { callFunction, wordsOf } from "./call-function.ts";

/** What passes between us and the worker of an isolated system. */
export type FunctionTrade = {
  /** Why its module is of no use; null: it is loaded. */
  readonly ready: { readonly fault: string | null };
  readonly ask: {
    readonly run: string;
    readonly args: JsonObject;
    readonly key: string;
    readonly env: Readonly<Record<string, string>>;
  };
  readonly reply: Answer;
  /** Nothing is asked in between. */
  readonly aside: never;
  readonly back: never;
};

const [, , file = ""] = process.argv;
let module: unknown = null;
let fault: string | null = null;

await serveWorker<FunctionTrade["ready"], FunctionTrade["ask"], Answer, never, never>({
  wordsOf,
  open: async () => {
    try {
      module = await importModule(file);
    } catch (thrown) {
      fault = `${file} cannot be loaded: ${wordsOf(thrown)}`;
    }
    return { fault };
  },
  answer: async ({ run, args, key, env }, { abort }) =>
    fault === null
      ? await callFunction(module, file, { run, args, tools: { key, env, abort } })
      : refused("tool_unavailable", fault),
});
