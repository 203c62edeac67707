import { exceptionsOf, type GateRecord, gatesOf, tasksOf } from "../../core/history/index.ts";
import { type Digest, parseDigest, type RunId } from "../../core/id.ts";
import { eventOf, type Told } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { shellWord } from "../../core/shell-word.ts";
import { type Company, peopleIn, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { readHistory } from "../following/read-history.ts";
import { dayAndTime, plain, voterWords } from "../output/index.ts";
import { runNamed } from "../runs/run-name.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { itemMeant } from "./last-item.ts";

const GATES_NAMED_MOST = 5;

export type GateItem = { readonly run: RunId; readonly gate: GateRecord };

/**
 * Opens the company for a verb about one open gate: `RUN.KEY` as the inbox lists it, or a run with one
 * open gate. @returns the exit code
 */
export async function withGate(
  context: Context,
  how: { readonly item: string; readonly perform: boolean; readonly begin?: boolean },
  verb: (company: Company, item: GateItem) => Promise<number>,
): Promise<number> {
  const { item, ...opening } = how;
  return await withCompany(context, opening, async (company) => {
    const meant = await itemMeant(context, company, { item, kinds: ["gate"] });
    if (typeof meant !== "string") return refuse(context, [meant]);
    const { name, key } = gateNamed(meant);
    const run = runNamed(company, name);
    if (typeof run !== "string") return refuse(context, [run]);
    const gate = await gateIn(company, run, key);
    return "code" in gate ? refuse(context, [gate]) : await verb(company, { run, gate });
  });
}

/** "wf_x.12" is the gate that event 12 of wf_x opened; "wf_x" the only open gate there. */
export function gateNamed(item: string): { readonly name: string; readonly key: number | null } {
  const found = /^(.*)\.(\d+)$/.exec(item);
  return found ? { name: found[1] ?? "", key: Number(found[2]) } : { name: item, key: null };
}

/** Whether an open gate is meant, and not a task: of a name that may be either, a task is. */
export async function isGateMeant(context: Context, item: string): Promise<boolean> {
  if (item.includes("/")) return false;
  let isGate = false;
  await withCompany(context, { perform: false }, async (company) => {
    const kinds = ["gate", "person"] as const;
    const quiet = { ...context, terminal: { ...context.terminal, json: true } };
    const meant = await itemMeant(quiet, company, { item, kinds });
    if (typeof meant !== "string") return EXIT.done;
    if (meant.includes("/")) return EXIT.done;
    const { name, key } = gateNamed(meant);
    const run = runNamed(company, name);
    if (typeof run !== "string") return EXIT.done;
    const isTask = key === null && tasksOf(await readHistory(company, run)).length > 0;
    isGate = !isTask && !("code" in (await gateIn(company, run, key)));
    return EXIT.done;
  });
  return isGate;
}

export async function gateIn(
  company: Company,
  run: RunId,
  key: number | null,
): Promise<GateRecord | Problem> {
  const history = await readHistory(company, run);
  const gates = gatesOf(history);
  const gate = gates.find((one) => one.key === key);
  if (gate) return gate;
  const [only] = gates;
  if (key === null && only && gates.length === 1) return only;
  const exception = exceptionsOf(history).find((one) => one.key === key);
  if (exception)
    return {
      code: "bad-input",
      message: `${run}.${key} is an exception, which nobody approves: it is mended.`,
      mend: `muster runs resume ${run} --step ${shellWord(exception.path)}${exception.why === "unknown" ? " --retry" : ""}   or with --give FILE, or --skip`,
    };
  if (key === null && gates.length > 1)
    return {
      code: "bad-input",
      message: `${run} has ${gates.length} open gates.`,
      mend: `Name one: ${gates
        .slice(0, GATES_NAMED_MOST)
        .map((one) => `${run}.${one.key}`)
        .join(", ")}.`,
    };
  const how = key === null ? null : await howDecided(company, run, key);
  return {
    code: "conflict",
    message:
      how ??
      (key === null
        ? `Nothing of ${run} waits for a decision.`
        : `${run}.${key} is no open gate, and was none that was decided.`),
    mend: "See what waits: muster inbox list",
  };
}

/** Of a gate that is closed: by whom it was decided, how and when; null: it never was. */
async function howDecided(company: Company, run: RunId, key: number): Promise<string | null> {
  const voters: string[] = [];
  for await (const envelope of company.events(run, { after: key })) {
    const event = eventOf(envelope);
    if (!("key" in event) || event.key !== key) continue;
    if (event.type === "gate.voted" || event.type === "gate.overridden")
      voters.push(voterWords(event));
    if (event.type !== "gate.closed") continue;
    const how = event.allowed ? "approved" : "rejected";
    const by = voters.length === 0 ? "" : ` by ${voters.join(" and ")}`;
    const at = dayAndTime(event.at, zoneIn(company.folder));
    const why = voters.length > 0 || event.why === "" ? "" : ` (${plain(event.why)})`;
    return `${run}.${key} was ${how} already${by}${why}, ${at}.`;
  }
  return null;
}

/** What a vote says of what it decides on: as it was read, and so as it was shown. */
export function shownIn({ key, digest: text, approval }: GateRecord): {
  readonly key: number;
  readonly digest: Digest;
  readonly presented: Digest;
} | null {
  const digest = parseDigest(text);
  if (digest === null) return null;
  return { key, digest, presented: approval.gate.terms?.presented ?? digest };
}

/** Tells a gate something. Whoever may not is told who they are taken for. */
export async function tellGate(
  context: Context,
  company: Company,
  { run, told }: { readonly run: RunId; readonly told: Told },
): Promise<readonly Problem[]> {
  const by = context.surroundings.person;
  const problems = await company.send(run, told, { by });
  const people = peopleIn(company.folder);
  const known = people === null || people.meant(by).length > 0;
  const who = known ? `Here you are ${by}.` : `Here you are ${by}, whom people.yaml does not name.`;
  const mend = `${who} Ask one of them; or, if you are one, say so: --by NAME.`;
  return problems.map((one) => (one.code === "not-allowed" ? { mend, ...one } : one));
}
