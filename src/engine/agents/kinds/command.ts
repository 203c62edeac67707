import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type CommandDefinition, least } from "../../../core/definition/index.ts";
import {
  CAN_LIST,
  type Ended,
  findExecutable,
  keepTrack,
  openScratch,
  type Program,
  resolveWord,
  runProgram,
  STDERR_BYTES_MOST,
  slowedTo,
} from "../../outside/index.ts";
import type { Agent, AgentAnswer, AgentTask, Tools } from "../agent.ts";
import { checkAnswer, type Origin } from "../answer.ts";
import { digestOfAgent } from "../definition-digest.ts";
import { environmentOf, whatIsUnset } from "../environment.ts";
import { failed, stopped } from "../failed.ts";
import { OUTPUT_BYTES_MOST } from "../invalid-answer.ts";
import type { Setting } from "../setting.ts";
import { type Lent, openToolSocket, type ToolSocket } from "./tool-socket.ts";

/** Of what a command wrote to its standard error, this much stands in a failure's message, or in its log. */
const LAST_LINES_MOST = 20;
const LAST_CHARACTERS_MOST = 2_000;
const QUOTE_CHARACTERS_MOST = 200;

/**
 * A program that is begun for each attempt, without a shell. It reads `{ "task": … }` from its
 * standard input and writes one answer to its standard output. Its environment holds what its
 * definition names and nothing else; it works in a fresh folder, which is removed after it, unless
 * `cwd` names one. Words of its command that begin `./` or `../` are files of the company's folder.
 *
 * It is ended with its whole process tree at `abort` (SIGTERM, then SIGKILL) and at once above its
 * memory limit, and slowed above that of the processor; what it leaves running when it answers is
 * ended too. What this cannot find, and what becomes of it when this process is killed, is said in process-tree.ts, warden.ts and scratch.ts.
 *
 * Its digest is of its definition and of its script, where its first or second word is a file of the
 * company.
 */
export async function openCommand(definition: CommandDefinition, setting: Setting): Promise<Agent> {
  const words = definition.command.map((word) => resolveWord(word, setting.folder));
  const script = words.slice(0, 2).find((word, at) => word !== definition.command[at]) ?? null;
  const socket = openToolSocket();
  const open: Opened = {
    socket,
    definition,
    setting,
    words,
    cwd: definition.cwd === null ? null : resolve(setting.folder, definition.cwd),
    origin: { name: definition.name, classOf: setting.classOf },
  };
  return {
    name: definition.name,
    digest: digestOfAgent(definition.digest, script),
    effects: definition.effects,
    capabilities: definition.capabilities,
    concurrency: definition.concurrency,
    timeoutMs: definition.timeoutMs,
    health: async () => faultOf(open, script),
    attempt: (task, tools, abort) =>
      perform(allowed(open, tools), { task, tools, abort }).catch((thrown: unknown) =>
        failed(
          "agent_failed",
          `The agent "${definition.name}" could not be run: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        ),
      ),
    close: () => socket.close(),
  };
}

type Opened = {
  readonly socket: ToolSocket;
  readonly definition: CommandDefinition;
  readonly setting: Setting;
  readonly words: readonly string[];
  readonly cwd: string | null;
  readonly origin: Origin;
};

/** What would keep it from beginning, as a sentence with the mend. */
function faultOf(
  { definition, setting, words, cwd }: Opened,
  script: string | null,
): string | null {
  const [word = ""] = words;
  const found = findExecutable(word, setting.environment["PATH"] ?? "");
  if ("fault" in found) return found.fault;
  if (script !== null && kindOf(script) !== "file") {
    return `${script} is not there. Its command names it: ${definition.command.join(" ")}`;
  }
  if (cwd !== null && kindOf(cwd) !== "folder") {
    return `${cwd} is no folder. Make it, or take "cwd" out for a fresh folder each time.`;
  }
  const unset = whatIsUnset(definition, setting);
  if (unset !== null) return unset;
  return limitFault(definition);
}

function limitFault({ memoryBytesMost, coresMost }: CommandDefinition): string | null {
  if (CAN_LIST || (memoryBytesMost === null && coresMost === undefined)) return null;
  const [what, key] = memoryBytesMost === null ? ["processor", "cpu"] : ["memory", "memory"];
  return `Its ${what} limit cannot be kept on this system, only on Linux. Take ${key}_limit_per_agent out, or run it there.`;
}

/** Of its own limit and that of the run the least holds. */
function allowed(open: Opened, { memoryBytesMost, coresMost }: Tools): Opened {
  if (memoryBytesMost === undefined && coresMost === undefined) return open;
  const { definition } = open;
  const memory = least([definition.memoryBytesMost, memoryBytesMost]);
  const cores = least([definition.coresMost, coresMost]);
  return {
    ...open,
    definition: {
      ...definition,
      memoryBytesMost: memory,
      ...(cores === null ? {} : { coresMost: cores }),
    },
  };
}

function kindOf(path: string): "file" | "folder" | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  return stat.isDirectory() ? "folder" : "file";
}

type Asked = { readonly task: AgentTask; readonly tools: Tools; readonly abort: AbortSignal };

async function perform(open: Opened, { task, tools, abort }: Asked): Promise<AgentAnswer> {
  const { definition, setting, words } = open;
  const [word = "", ...rest] = words;
  if (abort.aborted) return stopped(definition.name, abort, true);
  const found = findExecutable(word, setting.environment["PATH"] ?? "");
  const fault = "fault" in found ? found.fault : limitFault(definition);
  if ("fault" in found || fault !== null) return failed("agent_unavailable", fault ?? "", true);
  const scratch = await openScratch(setting.scratch);
  const lent = tools.offered === undefined ? null : await open.socket.lend(tools);
  try {
    const program: Program = {
      file: found.file,
      words: rest,
      env: { ...environmentOf(definition, setting), ...environmentOfTools(lent) },
      ...placeOf(open, task.folder ?? scratch.work),
      input: JSON.stringify({ task }),
      stdoutBytesMost: OUTPUT_BYTES_MOST,
      memoryBytesMost: definition.memoryBytesMost,
      coresMost: definition.coresMost ?? null,
      onSlowed: () => tools.log(slowedTo(definition.coresMost ?? 0)),
      onStart: (root) => keepTrack(root, setting.warden, Promise.resolve(scratch)),
    };
    return answerOf(await runProgram(program, abort), open, { abort, log: tools.log });
  } finally {
    lent?.end();
    await scratch.remove();
  }
}

/** Where its tools are, and what it shows there: of this attempt, and worth nothing after it. */
function environmentOfTools(lent: Lent | null): Readonly<Record<string, string>> {
  return lent === null ? {} : { MUSTER_TOOLS: lent.path, MUSTER_TOOLS_TOKEN: lent.token };
}

function placeOf({ cwd }: Opened, work: string): { cwd: string; own: string | null } {
  return cwd === null ? { cwd: work, own: work } : { cwd, own: null };
}

type Hearing = { readonly abort: AbortSignal; readonly log: Tools["log"] };

function answerOf(ended: Ended, open: Opened, { abort, log }: Hearing): AgentAnswer {
  const who = `The agent "${open.definition.name}"`;
  if (ended.kind === "unstarted") {
    return failed("agent_unavailable", `${who} could not be begun: ${ended.why}`, true);
  }
  switch (ended.stopped) {
    case "memory":
      return failed(
        "memory_limit",
        `${who} and its processes needed more than ${open.definition.memoryBytesMost} bytes of memory and were ended. Raise memory_limit_per_agent, or give it less at a time.`,
      );
    case "stdout":
      return failed(
        "output_limit",
        `${who} wrote more than ${OUTPUT_BYTES_MOST} bytes to its standard output and was ended. Let it write to a file and give the file's name.`,
      );
    case "stderr":
      return failed(
        "output_limit",
        `${who} wrote more than ${STDERR_BYTES_MOST} bytes to its standard error and was ended.`,
      );
    case "abort":
    case null:
      break;
  }
  const answer = parsed(ended);
  if (answer !== null || ended.stopped !== null) logLast(ended.stderr, log);
  // Told to stop, it may have answered all the same: then that is what happened.
  if (ended.stopped === "abort" && answer === null) return stopped(open.definition.name, abort);
  if (answer !== null) return checkAnswer(answer.value, open.origin);
  const kind = ended.code === 0 ? "invalid_answer" : "agent_failed";
  return failed(kind, `${who} ${howItEnded(ended)}${lastOf(ended.stderr)}`);
}

/** Where no message has its last words, its log has them. */
function logLast(stderr: string, log: Tools["log"]): void {
  for (const line of lastLines(stderr)) log(line);
}

/** What it gave; null where it ended otherwise, or wrote no JSON. */
function parsed({ code, stdout, isText }: Over): { readonly value: unknown } | null {
  if (code !== 0 || !isText) return null;
  try {
    return { value: JSON.parse(stdout) };
  } catch {
    return null;
  }
}

type Over = Extract<Ended, { readonly kind: "ended" }>;

function howItEnded({ code, signal, stdout, isText }: Over): string {
  if (signal !== null) return `was ended by ${signal}.`;
  if (code !== 0) return code === null ? "could not be ended." : `ended with exit code ${code}.`;
  const text = stdout.trim();
  if (text === "") return "ended without an answer on its standard output.";
  const what = isText ? "no JSON" : "what is no text in UTF-8";
  return `wrote ${what} to its standard output: ${JSON.stringify(text.slice(0, QUOTE_CHARACTERS_MOST))}`;
}

/** The last lines of its standard error. */
function lastOf(stderr: string): string {
  const lines = lastLines(stderr).join("\n");
  return lines === "" ? "" : ` Its last words:\n${lines}`;
}

function lastLines(stderr: string): readonly string[] {
  const text = stderr.trimEnd().split("\n").slice(-LAST_LINES_MOST).join("\n");
  return text === "" ? [] : text.slice(-LAST_CHARACTERS_MOST).split("\n");
}
