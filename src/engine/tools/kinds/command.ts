import { resolve } from "node:path";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { System, Tool } from "../../../core/map/index.ts";
import {
  type Ended,
  findExecutable,
  keepTrack,
  openScratch,
  resolveWord,
  runProgram,
  type Secrets,
} from "../../outside/index.ts";
import { environmentIn } from "../environment.ts";
import { type Answer, type Asked, doubtful, type OpenSystem, refused } from "../kind.ts";
import type { ToolSetting } from "../setting.ts";
import { fillValue } from "../using/fill.ts";
import { toldError } from "../using/told-error.ts";
import { stopped } from "../using/within-time.ts";
import { referenceIn } from "./call-function.ts";
import { whyStale } from "./function.ts";

const OUTPUT_BYTES_MOST: number = 8 * 1024 * 1024;
/** Of what it wrote to its standard error, this much stands in a failure's message. */
const LAST_CHARACTERS_MOST = 1_000;

/**
 * A program, begun for each call, without a shell. Its words are the author's: what an agent gives
 * stands in none of them, and is told as JSON on the standard input, `{ tool, args, key }` unless the
 * tool says another. On its standard output it gives JSON, or a text. It is ended with its whole
 * process tree at its time limit; its environment holds what the map names and nothing else.
 */
export function openCommand(
  { settings }: System,
  setting: ToolSetting & { readonly secrets: Secrets },
): OpenSystem {
  const begun = wordsIn(settings["command"] ?? null).map((word) =>
    resolveWord(word, setting.folder),
  );
  const cwd = settings["cwd"];
  const program: Standing = {
    words: begun,
    env: environmentIn(settings, setting.secrets),
    cwd: typeof cwd === "string" ? resolve(setting.folder, cwd) : null,
    setting,
  };
  const call = (asked: Asked): Promise<Answer> => run(program, asked);
  return {
    look: call,
    write: async (asked, guard) => (await whyStale(call, asked, guard)) ?? (await call(asked)),
    health: async () => {
      const found = executable(program);
      return "fault" in found ? found.fault : null;
    },
    faultOf: (tool) => faultOf(program, tool),
    close: async () => {},
  };
}

type Standing = {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | null;
  readonly setting: ToolSetting;
};

function wordsIn(said: Json): readonly string[] {
  const words = Array.isArray(said) ? said : [said];
  return words.filter((word) => typeof word === "string");
}

function executable({ words, setting }: Standing): ReturnType<typeof findExecutable> {
  const [word = ""] = words;
  return findExecutable(word, setting.environment["PATH"] ?? "");
}

function faultOf(program: Standing, tool: Tool): string | null {
  if (program.words.length === 0)
    return "Its system names no program. Write command: [PROGRAM, WORD].";
  const words = wordsIn(tool.operation["run"] ?? null);
  const odd = words.find((word) => /\{\w+\}|\$args\./.test(word));
  if (odd !== undefined)
    return `"${odd}" would put an argument into a word of the command. What an agent gives is told on the standard input.`;
  const found = executable(program);
  return "fault" in found ? found.fault : null;
}

async function run(program: Standing, asked: Asked): Promise<Answer> {
  const found = executable(program);
  if ("fault" in found) return refused("tool_unavailable", found.fault);
  if (asked.abort.aborted) return { ...stopped(asked.abort), doubt: false };
  const { setting, env, words, cwd } = program;
  const scratch = await openScratch(setting.scratch);
  try {
    const ended = await runProgram(
      {
        file: found.file,
        words: [...words.slice(1), ...wordsIn(asked.operation["run"] ?? null)],
        env,
        cwd: cwd ?? scratch.work,
        own: cwd === null ? scratch.work : null,
        input: inputOf(asked),
        stdoutBytesMost: OUTPUT_BYTES_MOST,
        memoryBytesMost: null,
        coresMost: null,
        onSlowed: () => {},
        onStart: (root) => keepTrack(root, setting.warden, Promise.resolve(scratch)),
      },
      asked.abort,
    );
    return answerOf(ended, asked.abort);
  } finally {
    await scratch.remove();
  }
}

function inputOf({ operation, args, tool, key }: Asked): string {
  const { input } = operation;
  const whole: JsonObject = { tool: tool.name, args, key };
  if (input === undefined) return JSON.stringify(whole);
  const filled = fillValue(input, { args, key });
  if (!filled.ok) return JSON.stringify(whole);
  return typeof filled.value === "string" ? filled.value : JSON.stringify(filled.value);
}

function answerOf(ended: Ended, abort: AbortSignal): Answer {
  if (ended.kind === "unstarted")
    return refused("tool_unavailable", `It could not be begun: ${ended.why}`);
  const value = parsed(ended.stdout);
  const told = toldError(value);
  if (told !== null) return told;
  if (ended.stopped === "abort") return stopped(abort);
  if (ended.stopped !== null)
    return doubtful("output_limit", "It wrote more than may be read, and was ended.");
  if (ended.code === 0) return { ok: true, value, ...referenceIn(value) };
  const how = ended.signal === null ? `with exit code ${ended.code}` : `by ${ended.signal}`;
  const last = ended.stderr.trimEnd().slice(-LAST_CHARACTERS_MOST);
  return doubtful(
    "tool_failed",
    `It ended ${how}.${last === "" ? "" : ` Its last words:\n${last}`}`,
  );
}

function parsed(text: string): Json {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
