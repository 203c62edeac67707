import { canonical } from "../../../core/audit/index.ts";
import type { StreamId } from "../../../core/id.ts";
import type { Append, Appended, Draft, NewStanding } from "../log.ts";
import { saysTheSame } from "../standing.ts";
import { type Inked, outOfOrder } from "./decision.ts";

/**
 * A batch as one text, for the thread that writes: one text is copied in one go, where objects would
 * be taken apart and put together again one by one. Its first line is JSON of what the appends are, in
 * one flat list; each further line is the data of one event, as it is sealed. Times are told from one
 * moment on, which the list begins with: short numbers are written and read in a fraction of the time.
 *
 * @throws MusterError "bug" for data that is no JSON, or events out of their order
 */
export function handOver(batch: readonly Append[]): string {
  const since = batch[0]?.events[0]?.at ?? 0;
  const list: unknown[] = [since];
  const lines = [""];
  let last: NewStanding | null = null;
  for (const append of batch) {
    const { stream, after, cause, events, standing } = append;
    list.push(stream, after, cause, events.length, besideOf(append));
    pushStanding(list, { standing, last }, since);
    last = standing ?? last;
    for (let at = 0; at < events.length; at += 1) {
      const draft = events[at] as Draft;
      if (draft.seq !== after + at + 1) throw outOfOrder(append, draft);
      list.push(draft.at - since, draft.type, draft.step, draft.actor.kind, draft.actor.id);
      lines.push(canonical(draft.data));
    }
  }
  lines[0] = JSON.stringify(list);
  return lines.join(LINE);
}

/** What was handed over; its events' data are text. */
export function takeOver(text: string): readonly Inked[] {
  const lines = text.split(LINE);
  const list = JSON.parse(lines[0] ?? "[]") as readonly unknown[];
  const batch: Inked[] = [];
  let [at, line] = [0, 0];
  const next = <Value>(): Value => {
    at += 1;
    return list[at - 1] as Value;
  };
  const since = next<number>();
  let last: NewStanding | null = null;
  while (at < list.length) {
    const [stream, after] = [next<StreamId>(), next<number>()];
    const [cause, count] = [next<string | null>(), next<number>()];
    const beside = next<Beside | null>();
    const standing = nextStanding(next, since, last);
    last = standing ?? last;
    const events: Inked["events"][number][] = [];
    for (let seq = after + 1; seq <= after + count; seq += 1) {
      const draft = { seq, at: since + next<number>(), type: next<string>(), step: next<string>() };
      const actor = { kind: next<Draft["actor"]["kind"]>(), id: next<string>() };
      line += 1;
      events.push({ ...draft, actor, data: lines[line] ?? "" });
    }
    batch.push({ stream, after, cause, events, standing, ...(beside ?? NOTHING) });
  }
  return batch;
}

type Standings = { readonly standing: NewStanding | null; readonly last: NewStanding | null };

/** Instead of a status: all but its beginning and its progress is as in the one before. */
const AS_BEFORE = 0;

/** Null stands alone; a status is never null. Most runs of a batch say the same of themselves. */
function pushStanding(list: unknown[], { standing, last }: Standings, since: number): void {
  if (standing === null) {
    list.push(null);
    return;
  }
  if (last !== null && saysTheSame(standing, last)) {
    list.push(AS_BEFORE, standing.startedAt - since, standing.done, standing.expected);
    return;
  }
  const { status, workflow, version, unsettled, startedAt } = standing;
  const { endedAt, done, expected, parent, note } = standing;
  list.push(status, workflow, version, unsettled, startedAt - since);
  list.push(
    endedAt === null ? null : endedAt - since,
    done,
    expected,
    parent,
    note,
    standing.kind ?? null,
  );
}

function nextStanding(
  next: <Value>() => Value,
  since: number,
  last: NewStanding | null,
): NewStanding | null {
  const status = next<string | typeof AS_BEFORE | null>();
  if (status === null) return null;
  if (status === AS_BEFORE) {
    const startedAt = since + next<number>();
    const [done, expected] = [next<number>(), next<number>()];
    return { ...(last as NewStanding), startedAt, done, expected };
  }
  const later = (ms: number | null): number | null => (ms === null ? null : since + ms);
  const standing: NewStanding = {
    status,
    workflow: next<string>(),
    version: next<string>(),
    unsettled: next<boolean>(),
    startedAt: since + next<number>(),
    endedAt: later(next<number | null>()),
    done: next<number>(),
    expected: next<number>(),
    parent: next<StreamId | null>(),
    note: next<string>(),
  };
  const kind = next<"case" | null>();
  return kind === null ? standing : { ...standing, kind };
}

/** Each answer as a number: its position, or why there is none. */
export function answersAsNumbers(answers: readonly Appended[]): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(answers.length);
  for (const [at, answer] of answers.entries())
    numbers[at] = answer.done ? answer.position : REFUSED[answer.again];
  return numbers;
}

export function answersFrom(numbers: Float64Array): readonly Appended[] {
  return Array.from(numbers, (number): Appended => {
    if (number >= 0) return { done: true, position: number };
    const again = AGAIN.find((one) => REFUSED[one] === number) ?? "behind";
    return { done: false, again };
  });
}

type Again = Extract<Appended, { done: false }>["again"];

/** Positions count from 0. */
const REFUSED: Readonly<Record<Again, number>> = {
  seen: -1,
  behind: -2,
  claim: -3,
  named: -4,
};
const AGAIN: readonly Again[] = ["seen", "behind", "claim", "named"];

/** JSON text holds none: in it a new line is written as `\n`. */
const LINE = "\n";

type Beside = Omit<Append, "stream" | "after" | "cause" | "events" | "standing">;

/** Null where there is nothing, which is mostly so. */
function besideOf(append: Append): Beside | null {
  const { contents, timersSet, timersEnded, listensSet, listensEnded, snapshot } = append;
  const count =
    contents.length +
    timersSet.length +
    timersEnded.length +
    listensSet.length +
    listensEnded.length;
  const { claims, results, names } = append;
  const isBare = claims === undefined && results === undefined && names === undefined;
  if (count === 0 && snapshot === null && isBare) return null;
  const beside = { contents, timersSet, timersEnded, listensSet, listensEnded, snapshot };
  if (isBare) return beside;
  return {
    ...beside,
    ...(claims === undefined ? {} : { claims }),
    ...(results === undefined ? {} : { results }),
    ...(names === undefined ? {} : { names }),
  };
}

const NOTHING: Beside = {
  contents: [],
  timersSet: [],
  timersEnded: [],
  listensSet: [],
  listensEnded: [],
  snapshot: null,
};
