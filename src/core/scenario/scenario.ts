import type { Json, JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";

/** One story of a company's tests: what comes in, who decides what, and what must have come of it. */
export type Scenario = {
  readonly name: string;
  /** file:line:column. */
  readonly where: string;
  /** One after another, each when the one before rests. */
  readonly requests: readonly JsonObject[];
  /** Who decides what people are asked, in the order in which it is asked. */
  readonly decide: readonly Decision[];
  readonly expect: Expected;
};

export type Decision = {
  readonly as: string;
  readonly allow: boolean;
  readonly why: string;
};

/** What is not said is not looked at. */
export type Expected = {
  readonly workflow?: string;
  /** Of the case. */
  readonly status?: "open" | "waiting" | "closed";
  /** Of its last run. */
  readonly run?: string;
  /** How many cases the requests came to. */
  readonly cases?: number;
  /** Chains that were asked, in order; "" is whoever owns the case. */
  readonly asked?: readonly string[];
  /** Tools whose use was refused, in order. */
  readonly denied?: readonly string[];
  /** What was written and found there afterwards, in order: a tool, or a tool with some of its arguments. */
  readonly written?: readonly Written[];
  readonly tainted?: boolean;
};

export type Written = { readonly tool: string; readonly args: JsonObject };

/** What came of a scenario, read off the logs. */
export type Outcome = {
  readonly workflow: string;
  readonly status: string;
  readonly run: string;
  readonly cases: number;
  readonly asked: readonly string[];
  readonly denied: readonly string[];
  readonly written: readonly Written[];
  readonly tainted: boolean;
  /** Decisions that could not be made, in sentences. */
  readonly refused: readonly string[];
  /** Decisions that nobody asked for. */
  readonly left: number;
};

/** Each thing that is not as it was expected, as a sentence. */
export function missed(expected: Expected, found: Outcome): readonly string[] {
  const said: string[] = [...found.refused];
  const compare = (what: string, wanted: Json | undefined, is: Json): void => {
    if (wanted === undefined || JSON.stringify(wanted) === JSON.stringify(is)) return;
    said.push(`${what}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(is)}`);
  };
  compare("workflow", expected.workflow, found.workflow);
  compare("status", expected.status, found.status);
  compare("run", expected.run, found.run);
  compare("cases", expected.cases, found.cases);
  compare("asked", expected.asked, found.asked);
  compare("denied", expected.denied, found.denied);
  compare("tainted", expected.tainted, found.tainted);
  if (expected.written !== undefined) said.push(...unwritten(expected.written, found.written));
  if (found.left > 0) said.push(`decide: nobody was asked for the last ${found.left}`);
  return said;
}

function unwritten(wanted: readonly Written[], found: readonly Written[]): readonly string[] {
  const isAsWanted =
    wanted.length === found.length &&
    wanted.every((one, at) => one.tool === found[at]?.tool && holds(one.args, found[at].args));
  if (isAsWanted) return [];
  return [`written: expected ${wordsOf(wanted)}, found ${wordsOf(found)}`];
}

/** Every argument that is named is as it is named; the others are not looked at. */
function holds(wanted: JsonObject, args: JsonObject): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(ownOf(args, name) ?? null) === JSON.stringify(value),
  );
}

function wordsOf(all: readonly Written[]): string {
  const words = all.map(({ tool, args }) =>
    Object.keys(args).length === 0 ? tool : `${tool} ${JSON.stringify(args)}`,
  );
  return words.length === 0 ? "nothing" : words.join(", ");
}
