import { caseParams, caseReadable, type RunReading } from "../../../core/cases/index.ts";
import type { Digest, RunId } from "../../../core/id.ts";
import { isObject } from "../../../core/json.ts";
import {
  CASE_MESSAGE,
  eventOf,
  givenAt,
  load,
  waitsForCondition,
} from "../../../core/machine/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { Problem } from "../../../core/problem.ts";
import { type CaseKeeper, type CaseLog, openCaseKeeper, openCaseLog } from "../../cases/index.ts";
import type { Office } from "../office.ts";
import { startRun } from "../runs/start-run.ts";
import { subjectOfCase, worldOf } from "./case-verbs.ts";

/** The cases of a company: what stands in the log, and, in the process at work, what is done for them. */
export type CaseRoom = Pick<CaseKeeper, "tell" | "start" | "close" | "idle" | "observer"> & {
  readonly log: CaseLog;
};

type Given = Pick<Office, "log" | "clock"> & {
  /** All of it, once it is there. */
  readonly office: () => Office;
};

export function openCaseRoom(
  { log, clock, office }: Given,
  trouble: (problem: Problem) => void = () => undefined,
): CaseRoom {
  const cases = openCaseLog(log);
  const keeper = openCaseKeeper({
    cases,
    log,
    now: () => clock.now(),
    after: (ms, call) => clock.after(ms, call),
    world: () => worldOf(office()),
    begin: (now, { run, workflow, request }) => begin(office(), { now, run, workflow, request }),
    publish: async ({ id, match, payload, source }) =>
      await office().runtime.publish({
        id,
        event: CASE_MESSAGE,
        match,
        payload: JSON.stringify(payload),
        source,
        at: clock.now(),
      }),
    cancel: async (run, why) => {
      const signal = {
        type: "cancel",
        why,
        rollback: false,
        at: clock.now(),
        by: "muster",
      } as const;
      const outcome = await office().runtime.send(run, signal);
      return "code" in outcome ? outcome : null;
    },
    inform: async (run, now) => {
      const known = { value: caseReadable(now) };
      const signal = { type: "inform", known, at: clock.now(), by: "muster" } as const;
      const outcome = await office().runtime.send(run, signal);
      return "code" in outcome ? outcome : null;
    },
    reads: (run) => readsCase(office(), run) || waitsForCase(office(), run),
    reading: (run) => readingOf(office(), run),
    trouble,
  });
  return { log: cases, ...keeper };
}

type Beginning = {
  readonly now: Parameters<typeof caseParams>[1];
  readonly run: RunId;
  readonly workflow: string;
  readonly request: Parameters<typeof caseParams>[2];
};

/** Started twice it is one run. */
async function begin(
  office: Office,
  { now, run, workflow, request }: Beginning,
): Promise<readonly Problem[]> {
  const found = await office.library.find(workflow);
  const declared = Object.keys(found?.workflow?.params ?? {});
  const params = caseParams(declared, now, request);
  const origin = Object.fromEntries(Object.keys(params).map((name) => [name, request.id]));
  const started = await startRun(office, {
    workflow,
    params,
    origin,
    run,
    by: askedBy(office, now, request),
    ...subjectOfCase(now),
    case: { id: now.id, labels: now.labels, known: caseReadable(now) },
  });
  return started.run === null ? started.problems : [];
}

/** A customer by the name that says nothing, their own: it may be another than the one whose case it is. */
function askedBy(
  { log, clock }: Office,
  { subject }: Beginning["now"],
  { source, requester }: Beginning["request"],
): string {
  if (source !== "customer" || subject === null) return requester;
  return log.keys.subject(requester, clock.now());
}

/** Whether its definition has the name in it; where it is only in a text, it is told for nothing. */
function readsCase({ runtime, library }: Office, run: RunId): boolean {
  const digest = runtime.run(run)?.workflow.digest;
  return digest !== undefined && library.contentOf(digest)?.[1].includes("$case") === true;
}

/** Whether something that was allowed on a condition waits for it: of the case, as a rule. */
function waitsForCase({ runtime }: Office, id: RunId): boolean {
  const run = runtime.run(id);
  return run !== null && waitsForCondition(run);
}

function readingOf({ runtime, library, log, maps }: Office, run: RunId): RunReading | null {
  const now = runtime.run(run);
  if (now === null) return null;
  const read = (digest: Digest): ReturnType<RunReading["read"]> => runtime.read(digest);
  return {
    run,
    workflow: now.workflow,
    read,
    given: (path) => givenAt(now, path, read),
    nameOf: (definition) => library.byDigest(definition as Digest)?.name ?? "",
    sending: (key) => {
      const [envelope] = log.read(run, key - 1);
      const event = envelope === undefined ? null : eventOf(envelope);
      if (event?.type !== "tool.judged") return null;
      const tool = ownOf(maps.byDigest(event.map)?.tools, event.tool);
      const args = load(event.args, read);
      if (tool?.audience !== "customer" || !isObject(args)) return null;
      return { channel: tool.system, args };
    },
  };
}
