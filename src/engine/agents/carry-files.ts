import { mkdir, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, join, resolve, sep } from "node:path";
import { type FileValue, fileIn } from "../../core/file-value.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { MusterError } from "../../core/problem.ts";
import { openScratch } from "../outside/index.ts";
import type { Agent, AgentAnswer, AgentTask } from "./agent.ts";
import { failed } from "./failed.ts";
import { invalidAnswer } from "./invalid-answer.ts";
import type { FileDesk, Setting as Whole } from "./setting.ts";

/** Files that go to one attempt, or come of it. */
const FILES_MOST = 100;
/** Of bytes that go in the body of a question, or come in that of its answer; as base64 it is a third more. */
const BODY_BYTES_MOST: number = 8 * 1024 * 1024;
const DEPTH_MOST = 20;
const NAME_CHARACTERS_MOST = 200;

/**
 * An agent that is handed files, and gives some.
 *
 * One of this machine finds each in a folder of the attempt, `task.folder`, where the value says
 * (`path`), and gives the path of one that it has written there for each output that is declared a
 * `File`. A command without `cwd` works in that folder. The folder is removed after the attempt. One
 * that is asked over http is given the bytes (`base64`), and gives `{ name, base64 }`.
 */
export function carrying(agent: Agent, kind: "local" | "http", setting: Setting): Agent {
  const { files } = setting;
  if (files === null) return agent;
  return {
    ...agent,
    attempt: (task, tools, abort) => {
      const wanted = filesWanted(task.outputs);
      if (wanted.length === 0 && !holdsFile(task.inputs, 0))
        return agent.attempt(task, tools, abort);
      const ask = async (given: AgentTask): Promise<AgentAnswer> =>
        await agent.attempt(given, tools, abort);
      const carry: Carry = { agent: agent.name, files, wanted, setting };
      const done = kind === "http" ? byBody(carry, task, ask) : byFolder(carry, task, ask);
      return done.catch((thrown: unknown) => broken(agent.name, thrown));
    },
  };
}

type Setting = Pick<Whole, "files" | "scratch">;

type Carry = {
  readonly agent: string;
  readonly files: FileDesk;
  /** Outputs that are to be files. */
  readonly wanted: readonly string[];
  readonly setting: Setting;
};

type Ask = (task: AgentTask) => Promise<AgentAnswer>;

/** Of the outputs of a step, which are the same object each time. */
const known = new WeakMap<AgentTask["outputs"], readonly string[]>();

function filesWanted(outputs: AgentTask["outputs"]): readonly string[] {
  const before = known.get(outputs);
  if (before !== undefined) return before;
  const wanted = Object.keys(outputs).filter((name) => isFileType(outputs[name]));
  known.set(outputs, wanted);
  return wanted;
}

function isFileType(text: string | undefined): boolean {
  return /^\s*file\s*(\[\s*\])?\s*\??\s*$/i.test(text ?? "");
}

function holdsFile(value: Json, depth: number): boolean {
  if (typeof value !== "object" || value === null || depth > DEPTH_MOST) return false;
  if (fileIn(value) !== null) return true;
  return Object.values(value).some((one: Json) => holdsFile(one, depth + 1));
}

/** The value with another in the place of each file. */
async function withFiles(
  value: Json,
  change: (file: FileValue) => Promise<Json>,
  depth = 0,
): Promise<Json> {
  if (!holdsFile(value, depth)) return value;
  const file = fileIn(value);
  if (file !== null) return await change(file);
  if (Array.isArray(value)) {
    const made: Json[] = [];
    for (const one of value as readonly Json[]) made.push(await withFiles(one, change, depth + 1));
    return made;
  }
  const made: Record<string, Json> = {};
  for (const [name, one] of Object.entries(value as JsonObject))
    made[name] = await withFiles(one, change, depth + 1);
  return made;
}

async function byFolder(carry: Carry, task: AgentTask, ask: Ask): Promise<AgentAnswer> {
  const { files, setting } = carry;
  const scratch = await openScratch(setting.scratch);
  try {
    let count = 0;
    const inputs = await withFiles(task.inputs, async (file) => {
      count = oneMore(count);
      const own = join(scratch.work, "inputs", String(count));
      await mkdir(own, { recursive: true });
      const path = join(own, plainName(file.name));
      await files.copy(file.file, path);
      return { ...file, path };
    });
    const answer = await ask({ ...task, inputs: inputs as JsonObject, folder: scratch.work });
    return await taken(carry, answer, (given) => fromFolder(carry, given, scratch.work));
  } finally {
    await scratch.remove();
  }
}

async function byBody(carry: Carry, task: AgentTask, ask: Ask): Promise<AgentAnswer> {
  let count = 0;
  let bytes = 0;
  const inputs = await withFiles(task.inputs, async (file) => {
    count = oneMore(count);
    bytes += file.bytes;
    if (bytes > BODY_BYTES_MOST) throw tooMuch(`takes more than ${BODY_BYTES_MOST} bytes of files`);
    return { ...file, base64: Buffer.from(await carry.files.read(file.file)).toString("base64") };
  });
  const answer = await ask({ ...task, inputs: inputs as JsonObject });
  return await taken(carry, answer, (given) => fromBody(carry, given));
}

type Take = (given: Json) => Promise<FileValue | string>;

/** The answer with each file that it gives kept. What cannot be taken is told with the output's name. */
async function taken(carry: Carry, answer: AgentAnswer, take: Take): Promise<AgentAnswer> {
  if (!("outputs" in answer)) return answer;
  const outputs: Record<string, Json> = { ...answer.outputs };
  let count = 0;
  for (const name of carry.wanted) {
    const given = outputs[name];
    if (given === undefined || given === null) continue;
    const made: Json[] = [];
    for (const one of Array.isArray(given) ? (given as readonly Json[]) : [given]) {
      count = oneMore(count);
      const file = await take(one);
      if (typeof file === "string")
        return invalidAnswer(carry.agent, `Its output "${name}" is to be a file: ${file}`);
      made.push(file);
    }
    outputs[name] = Array.isArray(given) ? made : (made[0] ?? null);
  }
  return { ...answer, outputs };
}

/** A path, from the attempt's folder or whole; or a file that is kept already, such as one it was given. */
async function fromFolder(carry: Carry, given: Json, folder: string): Promise<FileValue | string> {
  const known = await kept(carry, given);
  if (known !== null) return known;
  const said = typeof given === "string" ? given : isObject(given) ? given["path"] : undefined;
  if (typeof said !== "string")
    return "give the path of one that stands in the folder of the task.";
  const path = await realpath(isAbsolute(said) ? said : resolve(folder, said)).catch(() => null);
  if (path === null || !(await stat(path)).isFile()) return `there is no file "${said}".`;
  if (!path.startsWith(`${await realpath(folder)}${sep}`))
    return `"${said}" does not stand in the folder of the task, ${folder}.`;
  const name =
    isObject(given) && typeof given["name"] === "string" ? given["name"] : basename(path);
  return await carry.files.keep({ path }, { name: plainName(name), by: `agent:${carry.agent}` });
}

async function fromBody(carry: Carry, given: Json): Promise<FileValue | string> {
  const known = await kept(carry, given);
  if (known !== null) return known;
  const { name, base64 } = isObject(given) ? given : {};
  if (typeof base64 !== "string" || typeof name !== "string") return "give { name, base64 }.";
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== base64.replace(/=+$/, ""))
    return "what it gives is no base64.";
  return await carry.files.keep({ bytes }, { name: plainName(name), by: `agent:${carry.agent}` });
}

async function kept({ files }: Carry, given: Json): Promise<FileValue | null> {
  const file = fileIn(given);
  return file !== null && files.has(file.file) ? file : null;
}

function plainName(name: string): string {
  const plain = basename(name.replaceAll("\\", "/"))
    .replace(/[^\p{L}\p{N}._ ()-]/gu, "_")
    .slice(-NAME_CHARACTERS_MOST);
  return /^\.*$/.test(plain) ? "file" : plain;
}

function oneMore(count: number): number {
  if (count >= FILES_MOST) throw tooMuch(`has more than ${FILES_MOST} files in one attempt`);
  return count + 1;
}

function tooMuch(what: string): MusterError {
  return new MusterError({ code: "limit", message: `The agent ${what}.`, mend: "Give fewer." });
}

/** A file that is not there, a disk that is full: nothing the agent did. */
function broken(agent: string, thrown: unknown): AgentAnswer {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return failed("agent_failed", `The files of the agent "${agent}" could not be carried: ${why}`);
}
