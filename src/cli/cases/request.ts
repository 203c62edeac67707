import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { REQUEST_SOURCES, type RequestSource } from "../../core/request-source.ts";
import {
  ATTACHMENT_BYTES_MOST,
  type Company,
  caseAtRest,
  type Requested,
  type RequestGiven,
} from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { tellBrokenMap } from "../map/broken-map.ts";
import { complain, count } from "../output/index.ts";
import { pairsOf } from "../pairs.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { followCase } from "./follow.ts";
import { givenIn, requestLines } from "./request-lines.ts";

export type RequestOptions = {
  readonly from?: string;
  readonly channel?: string;
  readonly about?: readonly string[];
  readonly attach?: readonly string[];
  readonly type?: string;
  readonly requestId?: string;
  /** Many, one a line of JSON; "-" is what comes in. */
  readonly file?: string;
  /** false with `--no-wait`. */
  readonly wait: boolean;
};

/** Of requests that are wrong, so many are complained of one by one. */
const COMPLAINTS_MOST = 20;

/** `muster request TEXT`: brings a piece of work to its case, and goes on with that until it rests. */
export async function request(
  context: Context,
  text: string | null,
  options: RequestOptions,
): Promise<number> {
  if (options.file !== undefined) return await requestFile(context, options.file, options);
  const given = givenOf(context, text, options);
  if ("problems" in given) return refuse(context, given.problems);
  const { wait } = options;
  return await withCompany(context, { perform: true, begin: wait }, async (company) => {
    const made = await company.request(given.given);
    if (made.case === null) return refuse(context, made.problems);
    await tellBrokenMap(context, company);
    const { terminal } = context;
    if (made.again && !terminal.json)
      terminal.side.line(
        `This request was made before, and is taken once: it is ${made.request}.${otherThan(company, made, given.given)}`,
      );
    if (wait) return await followCase(context, company, made.case);
    terminal.answer.line(terminal.json ? JSON.stringify(made) : made.case);
    return EXIT.done;
  });
}

/** The same id with other words: whoever sent them is told that they were not taken. */
function otherThan(
  company: Company,
  made: Extract<Requested, { readonly again: boolean }>,
  { text }: RequestGiven,
): string {
  const before = company.case(made.case)?.requests.find(({ id }) => id === made.request);
  if (before === undefined || before.text === text) return "";
  return ` What it says now is other than then, and was not taken: another request has another id.`;
}

function givenOf(
  { surroundings }: Context,
  text: string | null,
  options: RequestOptions,
): { readonly given: RequestGiven } | { readonly problems: readonly Problem[] } {
  const { cwd, person } = surroundings;
  const { from = `staff:${person}`, channel = "cli", type, requestId } = options;
  const about = pairsOf(options.about ?? [], "--about");
  if ("problems" in about) return about;
  const attachments: { name: string; value: Json }[] = [];
  for (const file of options.attach ?? []) {
    const read = attachmentOf(resolve(cwd, file));
    if ("code" in read) return { problems: [read] };
    attachments.push(read);
  }
  const given: RequestGiven = {
    ...whoOf(from),
    channel,
    text: text ?? "",
    about: about.values,
    attachments,
    by: person,
    ...(type === undefined ? {} : { type }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  return { given };
}

/** "customer:4711", or a name alone. */
function whoOf(from: string): Pick<RequestGiven, "requester" | "source"> {
  const at = from.indexOf(":");
  const source = REQUEST_SOURCES.find((one) => one === from.slice(0, at));
  return source === undefined
    ? { requester: from }
    : { source: source satisfies RequestSource, requester: from.slice(at + 1) };
}

/** A text as it is; what is none as base64, so that it can be kept as JSON. */
function attachmentOf(path: string): { name: string; value: Json } | Problem {
  const mend = `Attach a file of ${ATTACHMENT_BYTES_MOST} bytes at most.`;
  try {
    if (statSync(path).size > ATTACHMENT_BYTES_MOST)
      return { code: "limit", message: `${path} is too large to be attached.`, mend };
    const bytes = readFileSync(path);
    const value = isUtf8(bytes) ? bytes.toString("utf8") : { base64: bytes.toString("base64") };
    return { name: basename(path), value };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { code: "bad-input", message: `${path} cannot be read: ${why}`, mend };
  }
}

/** One after another, so that those of one case come in their order. What is wrong keeps no other from its case. */
async function requestFile(
  context: Context,
  file: string,
  { wait }: RequestOptions,
): Promise<number> {
  const { surroundings, terminal } = context;
  const read = requestLines(file === "-" ? 0 : resolve(surroundings.cwd, file));
  if ("code" in read) return refuse(context, [read]);
  return await withCompany(context, { perform: true, begin: wait }, async (company) => {
    const problems: Problem[] = [];
    const cases = new Set<NonNullable<Requested["case"]>>();
    let again = 0;
    for (const { line, text } of read.lines) {
      const where = { file, line, column: 1 };
      const given = givenIn(text);
      const made: Requested =
        "code" in given
          ? { case: null, problems: [given] }
          : await company.request({ by: surroundings.person, ...given });
      if (made.case === null) problems.push(...made.problems.map((one) => ({ ...one, where })));
      else cases.add(made.case);
      if (made.case !== null && made.again) again += 1;
      if (terminal.json) terminal.answer.line(JSON.stringify({ line, ...made }));
    }
    // What is refused says it itself.
    if (problems.length === 0) await tellBrokenMap(context, company);
    if (!terminal.json) {
      complain(terminal, problems.slice(0, COMPLAINTS_MOST), surroundings.cwd);
      const taken = read.lines.length - linesIn(problems);
      const before = again === 0 ? "" : `, ${again} of them before`;
      terminal.answer.line(
        `${count(taken, "request")} taken in${before}, in ${count(cases.size, "case")}.`,
      );
    }
    if (wait) await restAll(company, cases);
    return problems.length === 0
      ? EXIT.done
      : refuse({ ...context, terminal: quiet(terminal) }, problems);
  });
}

function linesIn(problems: readonly Problem[]): number {
  return new Set(problems.map(({ where }) => where?.line)).size;
}

/** The complaints were made. */
function quiet(terminal: Context["terminal"]): Context["terminal"] {
  return { ...terminal, side: { ...terminal.side, line: () => undefined } };
}

async function restAll(
  company: Company,
  cases: ReadonlySet<NonNullable<Requested["case"]>>,
): Promise<void> {
  for (const id of cases) await caseAtRest(company, id);
}
