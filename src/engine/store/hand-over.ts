import { canonical } from "../../core/audit/index.ts";
import type { StreamId } from "../../core/id.ts";
import { type Inked, outOfOrder } from "./decision.ts";
import type { Append, Appended, Draft } from "./log.ts";

/**
 * A batch as one text, for the thread that writes: one text is copied in one go, where objects would
 * be taken apart and put together again one by one. Its first line is JSON of what the appends are;
 * each further line is the data of one event, as it is sealed.
 *
 * @throws MusterError "bug" for data that is no JSON, or events out of their order
 */
export function handOver(batch: readonly Append[]): string {
  const heads = batch.map(headOf);
  let text = JSON.stringify(heads);
  for (const { events } of batch) for (const { data } of events) text += LINE + canonical(data);
  return text;
}

/** What was handed over; its events' data are text. */
export function takeOver(text: string): readonly Inked[] {
  const lines = text.split(LINE);
  const heads = JSON.parse(lines[0] ?? "[]") as readonly Head[];
  let at = 0;
  return heads.map(([stream, after, cause, drafts, standing, beside]) => {
    const events = drafts.map(([when, type, step, kind, id], index) => {
      at += 1;
      const data = lines[at] ?? "";
      return { seq: after + index + 1, at: when, type, step, actor: { kind, id }, data };
    });
    return { stream, after, cause, events, standing, ...(beside ?? NOTHING) };
  });
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
const REFUSED: Readonly<Record<Again, number>> = { seen: -1, behind: -2, claim: -3 };
const AGAIN: readonly Again[] = ["seen", "behind", "claim"];

/** JSON text holds none: in it a new line is written as `\n`. */
const LINE = "\n";

type Beside = Pick<
  Append,
  "contents" | "timersSet" | "timersEnded" | "listensSet" | "listensEnded" | "snapshot" | "claims"
>;

type Head = readonly [
  stream: StreamId,
  after: number,
  cause: string | null,
  drafts: readonly Line[],
  standing: Append["standing"],
  beside: Beside | null,
];

type Line = readonly [
  at: number,
  type: string,
  step: string,
  kind: Draft["actor"]["kind"],
  id: string,
];

function headOf(append: Append): Head {
  const { stream, after, cause, events, standing } = append;
  const drafts = events.map((draft, index): Line => {
    if (draft.seq !== after + index + 1) throw outOfOrder(append, draft);
    return [draft.at, draft.type, draft.step, draft.actor.kind, draft.actor.id];
  });
  return [stream, after, cause, drafts, standing, besideOf(append)];
}

/** Null where there is nothing, which is mostly so. */
function besideOf(append: Append): Beside | null {
  const { contents, timersSet, timersEnded, listensSet, listensEnded, snapshot } = append;
  const count =
    contents.length +
    timersSet.length +
    timersEnded.length +
    listensSet.length +
    listensEnded.length;
  const { claims } = append;
  if (count === 0 && snapshot === null && claims === undefined) return null;
  const beside = { contents, timersSet, timersEnded, listensSet, listensEnded, snapshot };
  return claims === undefined ? beside : { ...beside, claims };
}

const NOTHING: Beside = {
  contents: [],
  timersSet: [],
  timersEnded: [],
  listensSet: [],
  listensEnded: [],
  snapshot: null,
};
