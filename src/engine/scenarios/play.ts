import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { GateOpening } from "../../core/approval/index.ts";
import { readSource } from "../../core/definition/index.ts";
import type { CaseId, RunId } from "../../core/id.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { type Event, eventOf, type Key } from "../../core/machine/index.ts";
import type { Decision, Outcome, Scenario, Written } from "../../core/scenario/index.ts";
import { type Company, caseAtRest, openCompany, type RequestGiven } from "../company/index.ts";

/** Decisions of one scenario, and looks at what is asked between them. */
const ROUNDS_MOST = 1_000;
/** What is a company's state, and no part of what its author wrote. */
const LEFT_BEHIND = /(^|\/)(\.muster|node_modules|output)$|\.sqlite(-wal|-shm)?$/;

/**
 * Plays a scenario in a copy of the company's folder, which is thrown away afterwards: the real agents,
 * tools and databases of the copy, and people as the scenario says. Never throws for what the company does.
 */
export async function playScenario(folder: string, scenario: Scenario): Promise<Outcome> {
  const copy = mkdtempSync(join(tmpdir(), "muster-test-"));
  const at = join(copy, basename(folder));
  const made = madeBySetup(folder);
  const isLeft = (path: string): boolean =>
    LEFT_BEHIND.test(path) || made.has(path.replace(/-(wal|shm|journal)$/, ""));
  cpSync(folder, at, { recursive: true, filter: (path) => !isLeft(path) });
  try {
    await using company = await openCompany(at, { memory: true });
    return await played(company, scenario);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Databases that a system makes of its `setup` where there is none: a scenario begins with what stands there. */
function madeBySetup(folder: string): ReadonlySet<string> {
  const file = join(folder, "map.yaml");
  if (!existsSync(file)) return new Set();
  const text = readFileSync(file, "utf8");
  const map = readSource({ file: "map.yaml", text }, () => undefined)?.value;
  const systems = isObject(map) && isObject(map["systems"]) ? Object.values(map["systems"]) : [];
  return new Set(
    systems.flatMap((system) => {
      if (!isObject(system) || typeof system["setup"] !== "string") return [];
      const { url } = system;
      return typeof url === "string" ? [join(folder, url)] : [];
    }),
  );
}

type Played = {
  readonly company: Company;
  readonly cases: Set<CaseId>;
  readonly decide: Decision[];
  readonly refused: string[];
};

async function played(company: Company, { requests, decide }: Scenario): Promise<Outcome> {
  const so: Played = { company, cases: new Set(), decide: [...decide], refused: [] };
  for (const request of requests) {
    const made = await company.request(request as unknown as RequestGiven);
    if (made.case === null)
      so.refused.push(...made.problems.map(({ message }) => `request: ${message}`));
    else so.cases.add(made.case);
    await atRest(so);
  }
  for (let round = 0; round < ROUNDS_MOST && so.decide.length > 0; round += 1) {
    if (!(await decideNext(so))) break;
    await atRest(so);
  }
  return await outcomeOf(so);
}

async function atRest({ company, cases }: Played): Promise<void> {
  for (const id of cases) await caseAtRest(company, id);
}

/** The oldest open gate is decided by the next who is to decide. @returns false where nobody is asked */
async function decideNext({ company, cases, decide, refused }: Played): Promise<boolean> {
  const [open] = await gatesIn(company, runsOf(company, cases));
  const next = open === undefined ? undefined : decide.shift();
  if (open === undefined || next === undefined) return false;
  const { run, key, gate } = open;
  const presented = gate.terms?.presented;
  const vote = {
    type: "vote",
    key,
    digest: gate.digest,
    allow: next.allow,
    reason: next.why,
    ...(presented === undefined ? {} : { presented }),
  } as const;
  const problems = await company.send(run, vote, { by: next.as });
  refused.push(...problems.map(({ message }) => `${next.as} decides: ${message}`));
  return true;
}

function runsOf(company: Company, cases: ReadonlySet<CaseId>): readonly RunId[] {
  return [...cases].flatMap((id) => company.case(id)?.runs.map(({ run }) => run) ?? []);
}

type OpenGate = { readonly run: RunId; readonly key: Key; readonly gate: GateOpening };

async function gatesIn(company: Company, runs: readonly RunId[]): Promise<readonly OpenGate[]> {
  const open: OpenGate[] = [];
  for (const run of runs) {
    const gates = new Map<Key, GateOpening>();
    for (const event of await eventsOf(company, run)) {
      if (event.type === "gate.opened") gates.set(event.seq, event.gate);
      if (event.type === "step.started" && event.gate !== undefined)
        gates.set(event.seq, event.gate);
      if (event.type === "gate.edited") gates.set(event.key, event.gate);
      if (event.type === "gate.closed" || event.type === "gate.voided") gates.delete(event.key);
    }
    open.push(...[...gates].map(([key, gate]) => ({ run, key, gate })));
  }
  return open;
}

async function eventsOf(company: Company, run: RunId): Promise<readonly Event[]> {
  if (company.standing(run) === null) return [];
  const events: Event[] = [];
  for await (const envelope of company.events(run)) events.push(eventOf(envelope));
  return events;
}

async function outcomeOf({ company, cases, decide, refused }: Played): Promise<Outcome> {
  const runs = runsOf(company, cases);
  const [last, run] = [[...cases].at(-1), runs.at(-1)];
  const now = last === undefined ? null : company.case(last);
  const standing = run === undefined ? null : company.standing(run);
  const used: Used = { asked: [], denied: [], written: [] };
  for (const one of runs) readUses(company, await eventsOf(company, one), used);
  return {
    ...used,
    workflow: standing?.workflow ?? "",
    status: now?.status ?? "",
    run: standing?.status ?? "",
    cases: cases.size,
    tainted: now !== null && now.labels.untrusted.length > 0,
    refused,
    left: decide.length,
  };
}

type Used = { readonly asked: string[]; readonly denied: string[]; readonly written: Written[] };

function readUses(company: Company, events: readonly Event[], into: Used): void {
  const judged = new Map<Key, Extract<Event, { readonly type: "tool.judged" }>>();
  for (const event of events) {
    if (event.type === "gate.opened") into.asked.push(event.gate.chain);
    if (event.type === "tool.judged") {
      judged.set(event.seq, event);
      if (event.verdict === "deny") into.denied.push(event.tool);
    }
    const use = event.type === "writeback.committed" ? judged.get(event.key) : undefined;
    if (use !== undefined) into.written.push({ tool: use.tool, args: argsOf(company, use.args) });
  }
}

function argsOf(company: Company, stored: Parameters<Company["read"]>[0]): JsonObject {
  const value: Json = company.read(stored);
  return isObject(value) ? value : {};
}
