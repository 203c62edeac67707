import { ERASED } from "../../../core/audit/index.ts";
import { caseEventOf, caseFactsOf, evolveCase, noCase } from "../../../core/cases/index.ts";
import {
  type CaseFacts,
  openWatch,
  type PastCall,
  type Preview,
  type Rejudged,
  rejudge,
  type Watched,
} from "../../../core/governance/index.ts";
import { type CaseId, parseCaseId, type RunId } from "../../../core/id.ts";
import { millisecondsOf } from "../../../core/instant.ts";
import { isObject } from "../../../core/json.ts";
import {
  absent,
  type Event,
  eventOf,
  evolving,
  load,
  type Run,
} from "../../../core/machine/index.ts";
import { ownOf } from "../../../core/own.ts";
import { type Problem } from "../../../core/problem.ts";
import {
  type ExampleRun,
  type PolicyRule,
  runExamples,
  type Table,
} from "../../../core/rules/index.ts";
import { digestOf } from "../../runtime/index.ts";
import type { Company } from "../company.ts";
import type { Office } from "../office.ts";
import { archivedPasts, type Past, pastOf } from "../record/past.ts";
import { mapNamed } from "./map-verbs.ts";

/** A rule as it stands in the files, with its examples and what came of them. */
export type RuleView = Omit<PolicyRule, "evaluate" | "examples"> & {
  readonly examples: readonly ExampleRun[];
  /** Of one that is only tried: what it said as the work went on. */
  readonly watched?: Watched;
};
export type TableView = Omit<Table, "evaluate">;

export type RulesListed = {
  readonly rules: readonly RuleView[];
  readonly tables: readonly TableView[];
  /** What is wrong with the map: a rule that is wrong is not listed. */
  readonly problems: readonly Problem[];
};

export type RulesReplayed =
  | (Rejudged & { readonly problems?: never })
  | { readonly judged: null; readonly problems: readonly Problem[] };

/** Calls that are judged again at once. */
const CALLS_MOST = 100_000;
/** Runs looked at for what rules that are only tried said, the newest first. */
const WATCHED_RUNS_MOST = 1_000;
/** Runs looked at, the newest first. */
const RUNS_MOST = 10_000;

/** What the company says of its rules. */
export function rulesIn(office: Office): Pick<Company, "rules" | "replayRules"> {
  return {
    rules: () => rulesOf(office),
    replayRules: (wanted) => replayRulesOf(office, wanted),
  };
}

async function rulesOf(office: Office): Promise<RulesListed> {
  const found = await mapNamed(office, "files");
  const problems = errorsIn(found.faults);
  if (found.map === null) return { rules: [], tables: [], problems };
  const { rules, tables } = found.map;
  const watched = watchedIn(office, rules);
  const views = rules.map((rule): RuleView => {
    const said = ownOf(watched, rule.id);
    return said === undefined ? viewOf(rule) : { ...viewOf(rule), watched: said };
  });
  return { rules: views, tables: Object.values(tables).map(tableView), problems };
}

/** Out of what was judged in the newest runs, where there is a rule that is only tried. */
function watchedIn(
  { log }: Pick<Office, "log">,
  rules: readonly PolicyRule[],
): Readonly<Record<string, Watched>> {
  const tried = rules.filter(({ isShadow }) => isShadow);
  if (tried.length === 0) return {};
  const watch = openWatch(tried);
  for (const { stream } of log.standings({ most: WATCHED_RUNS_MOST }))
    for (const envelope of log.read(stream, 0)) {
      if (envelope.type !== "tool.judged") continue;
      const event = eventOf(envelope);
      if (event.type === "tool.judged") watch.hear(event);
    }
  return watch.counts();
}

function errorsIn(faults: readonly Problem[]): readonly Problem[] {
  return faults.filter(({ severity }) => severity !== "warning");
}

function viewOf(rule: PolicyRule): RuleView {
  const { id, digest, because, when, where, follows, isShadow, tools } = rule;
  const examples = runExamples(rule);
  return { id, digest, because, when, where, follows, isShadow, tools, examples };
}

function tableView({ name, hit, digest, where, outputs }: Table): TableView {
  return { name, hit, digest, where, outputs };
}

/** Which calls of the log would be decided otherwise by the map as its files are now. */
async function replayRulesOf(
  office: Office,
  { since = 0 }: { readonly since?: number } = {},
): Promise<RulesReplayed> {
  const found = await mapNamed(office, "files");
  const problems = errorsIn(found.faults);
  // A rule that cannot be read would be missing, and everything would seem to change.
  if (found.map === null || problems.length > 0) return { judged: null, problems };
  const calls: PastCall[] = [];
  for await (const past of pastsOf(office, since)) {
    calls.push(...callsOf(office, past, since));
    if (calls.length >= CALLS_MOST) break;
  }
  const { maps } = office;
  return rejudge(calls.slice(0, CALLS_MOST), {
    before: (digest) => maps.byDigest(digest),
    after: found.map,
    digest: digestOf,
  });
}

/** Runs that still stand in the log, and those that have left it. */
async function* pastsOf(office: Office, since: number): AsyncGenerator<Past> {
  const runs = office.log.standings({ most: RUNS_MOST });
  for (const { stream, updatedAt } of runs)
    if (updatedAt >= since) yield await pastOf(office, stream);
  yield* archivedPasts(office, { since, most: RUNS_MOST - runs.length });
}

/** Calls of one run, each with the run and its case as they were when it was judged. */
function callsOf(office: Office, past: Past, since: number): readonly PastCall[] {
  const calls: PastCall[] = [];
  const fold = evolving((digest) => past.read(digest));
  let run: Run | null = null;
  for (const envelope of past.events) {
    const event = eventOf(envelope);
    const at = millisecondsOf(envelope.at) ?? 0;
    if (run !== null && event.type === "tool.judged" && at >= since) {
      const call = callOf(office, { past, run, event, at });
      if (call !== null) calls.push(call);
    }
    const workflow = event.type === "run.accepted" ? past.definition(event.definition) : null;
    const before: Run | null =
      run ?? (workflow && absent(past.stream as RunId, workflow, past.definition));
    // A workflow that this version cannot read is a run that it cannot judge.
    if (before === null) return calls;
    run = fold(before, event);
  }
  return calls;
}

type Judged = Extract<Event, { readonly type: "tool.judged" }>;

type Asking = {
  readonly past: Past;
  readonly run: Run;
  readonly event: Judged;
  readonly at: number;
};

function callOf(office: Office, { past, run, event, at }: Asking): PastCall | null {
  const args = load(event.args, past.read);
  if (!isObject(args)) return null;
  const { path, tool, agent, seq, preview } = event;
  const seen = preview === undefined ? null : load(preview, past.read);
  const isErased = [args, seen].some((one) => isObject(one) && Object.hasOwn(one, ERASED));
  return {
    run: run.id,
    seq,
    at,
    isErased,
    call: {
      tool,
      args,
      agent,
      requester: run.by,
      run: run.id,
      step: path,
      key: `${run.id}.${seq}`,
      preview: isObject(seen) ? (seen as Preview) : null,
    },
    case: run.case === null ? null : caseAt(office, run.case, at),
    labels: run.labels,
    callsInCase: ownOf(run.calls, tool) ?? 0,
    verdict: event.verdict,
    map: event.map,
  };
}

/** A case as it was at a moment. */
function caseAt({ log }: Office, name: string, at: number): CaseFacts | null {
  const id: CaseId | null = parseCaseId(name);
  if (id === null) return null;
  let now = noCase(id);
  for (const envelope of log.read(id, 0)) {
    if ((millisecondsOf(envelope.at) ?? 0) > at) break;
    now = evolveCase(now, caseEventOf(envelope));
  }
  return now.seq === 0 ? null : caseFactsOf(now);
}
