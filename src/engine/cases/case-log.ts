import {
  type Case,
  type CaseDecision,
  type CaseEvent,
  type CaseSignal,
  type CaseWorld,
  caseDraftOf,
  caseEventOf,
  caseStanding,
  decideCase,
  evolveCase,
  namedBy,
  noCase,
} from "../../core/cases/index.ts";
import { type CaseId, type Digest, parseCaseId, type StreamId } from "../../core/id.ts";
import type { Problem } from "../../core/problem.ts";
import type { Append, Log, Standing } from "../store/index.ts";

/** The cases of a company as they are on disk, and the one way to write them. */
export type CaseLog = {
  /** null where there is none. */
  readonly get: (id: CaseId) => Case | null;
  /** The case that is found by this name; null: none is. */
  readonly find: (name: string, now: number) => Case | null;
  readonly standings: (filter: CaseFilter) => readonly Standing[];
  /**
   * Decides on what is on disk and writes what follows. Decided anew where another was first, or has a
   * name that this case would have. Rejects with what the disk refuses.
   */
  readonly tell: (telling: Telling) => Promise<CaseHeard | Problem>;
  /** What was read of these is read anew: somebody's data in them were erased. */
  readonly forget: (streams: Iterable<StreamId>) => void;
};

export type CaseFilter = {
  readonly status?: readonly string[];
  /** The type of its newest request. */
  readonly type?: string;
  readonly unsettled?: true;
  readonly most: number;
  readonly offset?: number;
};

export type Telling = {
  readonly id: CaseId;
  /** What it is told, as it is now; null: nothing after all. */
  readonly signal: (now: Case) => CaseSignal | Problem | null;
  readonly world: CaseWorld;
  /** Names a signal that must not count twice in this case, or null. */
  readonly cause?: string | null;
  /** Contents that its events name. */
  readonly contents?: readonly (readonly [Digest, string])[];
};

/** `named`: another case has what this one would be found by; nothing was written. */
export type CaseHeard =
  | { readonly case: Case; readonly events: readonly CaseEvent[]; readonly named?: never }
  | { readonly named: true };

/** Cases kept in memory as they were last folded. */
const WARM_MOST = 1_000;
/** Times that one signal is decided anew because another came first. */
const AGAIN_MOST = 100;

type State = {
  readonly log: Pick<Log, "read" | "append" | "standings" | "named" | "keys">;
  readonly warm: Map<CaseId, Case>;
};

export function openCaseLog(log: State["log"]): CaseLog {
  const state: State = { log, warm: new Map() };
  return {
    get: (id) => folded(state, id),
    find: (name, now) => {
      const id = parseCaseId(log.named(name, now) ?? "");
      return id === null ? null : folded(state, id);
    },
    standings: ({ type, ...filter }) =>
      log.standings({ ...filter, kind: "case", ...(type === undefined ? {} : { workflow: type }) }),
    tell: (telling) => tell(state, telling),
    forget: (streams) => {
      for (const stream of streams) state.warm.delete(stream as CaseId);
    },
  };
}

function folded(state: State, id: CaseId): Case | null {
  let now = state.warm.get(id) ?? noCase(id);
  for (const envelope of state.log.read(id, now.seq)) now = evolveCase(now, caseEventOf(envelope));
  if (now.seq === 0) return null;
  keepWarm(state, now);
  return now;
}

function keepWarm({ warm }: State, now: Case): void {
  warm.delete(now.id);
  warm.set(now.id, now);
  if (warm.size <= WARM_MOST) return;
  const [oldest] = warm.keys();
  if (oldest !== undefined) warm.delete(oldest);
}

async function tell(state: State, telling: Telling): Promise<CaseHeard | Problem> {
  const { id, signal, world } = telling;
  for (let again = 0; again < AGAIN_MOST; again += 1) {
    const before = folded(state, id) ?? noCase(id);
    const told = signal(before);
    if (told === null) return { case: before, events: [] };
    if ("code" in told) return told;
    if (isErased(state, before)) return erased(before);
    const decision = decideCase(before, told, world);
    if ("code" in decision) return decision;
    if (decision.events.length === 0) return decision;
    const [written] = await state.log.append([appendOf(before, decision, telling)]);
    if (written?.done === true) {
      keepWarm(state, decision.case);
      return decision;
    }
    if (written?.again === "seen") return { case: before, events: [] };
    if (written?.again === "named") return { named: true };
  }
  return {
    code: "conflict",
    message: `Others write into ${id} without end.`,
    mend: "Try it again in a moment.",
  };
}

/** What would be written of them could not be sealed any more. */
function isErased({ log }: State, { subject }: Case): boolean {
  return subject !== null && log.keys.of(subject)?.erased != null;
}

function erased({ id }: Case): Problem {
  return {
    code: "already-ended",
    message: `The data of the person whom ${id} is about were erased: nothing more is told to it.`,
    mend: "Make another request: that opens another case.",
  };
}

function appendOf(before: Case, { case: now, events }: CaseDecision, telling: Telling): Append {
  const names = namedBy(now, events);
  return {
    stream: before.id,
    after: before.seq,
    cause: telling.cause ?? null,
    events: events.map(caseDraftOf),
    contents: telling.contents ?? [],
    timersSet: [],
    timersEnded: [],
    listensSet: [],
    listensEnded: [],
    standing: caseStanding(now),
    snapshot: null,
    ...(names === null ? {} : { names }),
  };
}
