import { needsOf } from "../../core/cases/index.ts";
import { type CaseId, parseCaseId } from "../../core/id.ts";
import type { Problem } from "../../core/problem.ts";
import type { CaseTelling, Company } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { pairsOf } from "../pairs.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { followCase } from "./follow.ts";
import { withCase } from "./named.ts";

type Telling = {
  /** The case, as the person names it. */
  readonly name: string;
  readonly told: CaseTelling | { readonly problems: readonly Problem[] };
  /** It may set something going: then that is followed until it rests. */
  readonly wait: boolean;
  /** What is said when it is done. */
  readonly say: string;
};

/** Tells a case something, and goes on with it until it rests. @returns the exit code */
export async function tellOfCase(
  context: Context,
  { name, told, wait, say }: Telling,
): Promise<number> {
  if ("problems" in told) return refuse(context, told.problems);
  return await withCase(context, { name, perform: true, begin: wait }, async (company, id) => {
    const { terminal, surroundings } = context;
    const problems = await company.tellCase(id, told, { by: surroundings.person });
    if (problems.length > 0) return refuse(context, problems);
    if (!terminal.json) terminal.side.line(`${id} ${say}.`);
    if (!terminal.json && told.type === "resolve") sayLeftOpen(context, company, id);
    if (wait) return await followCase(context, company, id);
    if (terminal.json) terminal.answer.line(JSON.stringify({ case: id }));
    return EXIT.done;
  });
}

/** Where its last run did not complete, nothing closes it by itself. */
function sayLeftOpen({ terminal }: Context, company: Company, id: CaseId): void {
  const now = company.case(id);
  if (now === null || now.closedAt !== null || needsOf(now).length > 0) return;
  terminal.side.line(`Nothing of it is open now. When it is done: muster cases close ${id}`);
}

/** `id=value …` that a request did not name. */
export function completing(pairs: readonly string[], request: string | undefined): Telling["told"] {
  const about = pairsOf(pairs, "muster cases complete CASE");
  if ("problems" in about) return about;
  return { type: "complete", about: about.values, ...(request === undefined ? {} : { request }) };
}

/** `name=value`: JSON where it is JSON, else a text. */
export function recording(pair: string, why: string): Telling["told"] {
  const fact = pairsOf([pair], "muster cases fact CASE");
  if ("problems" in fact) return fact;
  const [[name, text] = ["", ""]] = Object.entries(fact.values);
  try {
    return { type: "fact", name, value: JSON.parse(text), why };
  } catch {
    return { type: "fact", name, value: text, why };
  }
}

export function moving(to: string, request: string | undefined): Telling["told"] {
  const id = parseCaseId(to);
  if (id !== null) return { type: "move", to: id, ...(request === undefined ? {} : { request }) };
  const message = `"${to}" is no case's id: it begins with cs_.`;
  return { problems: [{ code: "bad-input", message, mend: "See: muster cases list" }] };
}
