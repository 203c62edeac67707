import { resolve } from "node:path";
import type { Envelope } from "../core/audit/index.ts";
import { MusterError, type Problem } from "../core/problem.ts";
import { copyJson } from "../engine/agents/index.ts";
import {
  type Company,
  openCompany as openHere,
  type Published,
  recall,
  type Started,
  type Waiting,
} from "../engine/company/index.ts";
import type { Standing } from "../engine/store/index.ts";
import { present } from "./bodies.ts";
import { BODY_BYTES_MOST } from "./body-text.ts";
import { gone, type Line, type Told } from "./line.ts";
import { ASKED_THERE, type AskedThere, call, methods, READ_HERE } from "./shares.ts";

/**
 * A company whose work another process does. What stands in the log and the files is read here, as
 * one reads who only looks; all else is asked of that process. Throws MusterError "gone" where it ends
 * before it has answered.
 */
export async function openGuest(folder: string, line: Line): Promise<Company> {
  const look = await openHere(folder, { perform: false });
  const close = async (): Promise<void> => {
    line.close();
    await look.close();
  };
  return {
    folder: look.folder,
    isGuest: true,
    isAtWork: () => true,
    ...methods(READ_HERE, (name, args) => call(look, name, args)),
    ...askedThere(line),
    run: (workflow, params = {}, options = {}) =>
      start(line, { workflow: fileOf(look.folder, workflow), params, ...options }),
    send: (run, signal, options = {}) => send(line, run, { signal, ...options }),
    publish: (event, payload, options = {}) => publish(line, { event, payload, ...options }),
    events: (run, options = {}) =>
      options.follow === true ? follow(line, run, options) : look.events(run, options),
    workflow: async (name) => (await look.workflow(name)) ?? (await workflow(line, name)),
    waiting: (run) => waitingAt(line, run),
    settled: (run, options = {}) => settled(line, look, { run, ...options }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The other process stands elsewhere: a file's path is told in full. Names stay as they are. */
function fileOf(folder: string, nameOrFile: string): string {
  return typeof nameOrFile === "string" && /[/\\]/.test(nameOrFile)
    ? resolve(folder, nameOrFile)
    : nameOrFile;
}

/** What was asked for; what cannot be an answer of the company is thrown. */
async function asked<Body>(telling: Promise<Told>): Promise<Body> {
  const told = await telling;
  if (told.ok) return told.body as Body;
  throw new MusterError(told.problems[0] ?? { code: "bug", message: "No answer." });
}

/** Without those at the end that were left out; one between others is null. */
function given(args: readonly unknown[]): readonly unknown[] {
  return args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
}

function askedThere(line: Line): AskedThere {
  return methods(ASKED_THERE, async (name, args) => {
    const told = await asked<{ readonly answer: unknown }>(
      tell(line, `/api/company/${name}`, { args: given(args) }),
    );
    return told.answer;
  });
}

async function start(line: Line, body: object): Promise<Started> {
  const told = await tell(line, "/api/runs", body);
  return told.ok ? (told.body as Started) : { run: null, problems: told.problems };
}

async function send(line: Line, run: string, body: object): Promise<readonly Problem[]> {
  const told = await tell(line, `${pathOf(run)}/signals`, body);
  return told.ok ? [] : told.problems;
}

async function publish(line: Line, body: object): Promise<Published> {
  const told = await tell(line, "/api/publish", body);
  if (told.ok) return told.body as Published;
  return { kept: false, again: false, told: [], problems: told.problems };
}

/** What JSON cannot hold is told here as it is where the work is done: it would arrive as something else. */
async function tell(line: Line, path: string, body: object): Promise<Told> {
  const copy = copyJson(present(body), "What is told", BODY_BYTES_MOST);
  if (!copy.ok) return { ok: false, problems: [{ code: "bad-input", message: copy.why }] };
  return await line.ask({ method: "POST", path, body: copy.value });
}

type Following = { readonly after?: number; readonly abort?: AbortSignal };

async function* follow(line: Line, run: string, options: Following): AsyncGenerator<Envelope> {
  const { after = 0, abort } = options;
  try {
    for await (const { event, data } of line.stream(
      `${pathOf(run)}/events?follow=true&after=${after}`,
      abort,
    )) {
      if (event === "end") return;
      yield JSON.parse(data) as Envelope;
    }
    if (abort?.aborted !== true) throw gone();
  } catch (error) {
    if (abort?.aborted === true || isNotFound(error)) return;
    throw error;
  }
}

/** One that stands in no file: the process at work was handed it. */
async function workflow(line: Line, name: string): ReturnType<Company["workflow"]> {
  const found = (await askedThere(line).workflows()).find((one) => one.name === name);
  const content = found?.content ?? null;
  return content === null ? null : recall(content);
}

export async function waitingAt(line: Line, run: string): Promise<readonly Waiting[] | null> {
  try {
    const body = await asked<{ readonly waiting: readonly Waiting[] }>(
      line.ask({ method: "GET", path: `${pathOf(run)}/waiting` }),
    );
    return body.waiting;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

type Settling = { readonly run: string; readonly abort?: AbortSignal };

/** Asked again and again: each request is held for a while. */
async function settled(line: Line, look: Company, { run, abort }: Settling): Promise<Standing> {
  for (;;) {
    const path = `${pathOf(run)}/settled`;
    try {
      const body = await asked<{ readonly settled: boolean; readonly standing: Standing }>(
        line.ask({ method: "GET", path, abort }),
      );
      if (body.settled) return body.standing;
    } catch (error) {
      const standing = abort?.aborted === true ? look.standing(run as never) : null;
      if (standing === null) throw error;
      return standing;
    }
  }
}

function pathOf(run: string): string {
  return `/api/runs/${encodeURIComponent(String(run))}`;
}

function isNotFound(error: unknown): boolean {
  return error instanceof MusterError && error.code === "not-found";
}
