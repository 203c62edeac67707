import { connect } from "node:net";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { EXIT } from "../exit.ts";
import { complain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { toolArgs } from "./tool-args.ts";

/**
 * `muster tools use TOOL key=value …`, inside a command agent: asks the Muster that began it to use a
 * tool in the name of its attempt, and prints what it gives as JSON.
 *
 * @returns 0 with the result; 1 where it was denied or failed, with the answer; 2 outside of an agent
 */
export async function toolsUse(
  context: Context,
  tool: string,
  { pairs, as }: { readonly pairs: readonly string[]; readonly as: string | null },
): Promise<number> {
  const { env, cwd } = context.surroundings;
  const { MUSTER_TOOLS: path, MUSTER_TOOLS_TOKEN: token } = env;
  const refuse = (problems: readonly Problem[]): number => {
    complain(context.terminal, problems, cwd);
    return EXIT.usage;
  };
  if (path === undefined || token === undefined) return refuse([OUTSIDE]);
  const args = toolArgs(pairs, "muster tools use TOOL", asJson);
  if ("problems" in args) return refuse(args.problems);
  const asked = { token, tool, args: args.args, ...(as === null ? {} : { as }) };
  const answer = await ask(path, asked as JsonObject);
  const isOk = answer["outcome"] === "ok";
  context.terminal.answer.line(JSON.stringify(isOk ? answer["result"] : answer));
  return isOk ? EXIT.done : EXIT.failed;
}

const OUTSIDE: Problem = {
  code: "not-allowed",
  message:
    "Tools are used by agents at work: MUSTER_TOOLS and MUSTER_TOOLS_TOKEN are not set here.",
  mend: "Use it inside a command agent of a company with a map.",
};

/** One line there, one line back. */
function ask(path: string, asked: JsonObject): Promise<JsonObject> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = "";
    const end = (answer: JsonObject): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(`${JSON.stringify(asked)}\n`));
    socket.on("data", (part: string) => {
      text += part;
      if (text.includes("\n")) end(answerIn(text));
    });
    socket.on("error", ({ message }) => end({ outcome: "refused", say: message }));
    socket.on("close", () => end({ outcome: "stopped" }));
  });
}

function answerIn(text: string): JsonObject {
  const value = JSON.parse(text) as Json;
  return isObject(value) ? value : { outcome: "refused", say: "The answer is no object." };
}

/** A value is a text, unless it is written as JSON: `ids=[1,2]`, `go=true`, `name="7"`. */
function asJson(text: string): Json {
  return /^[[{"]|^(true|false|null)$/.test(text) ? (JSON.parse(text) as Json) : text;
}
