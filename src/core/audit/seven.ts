import { isObject, type Json, type JsonObject } from "../json.ts";
import type { CheckedEvent, Wrong } from "./log-check.ts";
import { violation } from "./violation.ts";

/** What the record of a case answers: where it came from, what was read, who did what, which rules spoke, who allowed it, what was written, what failed and who mended it. */
export const SEVEN = [
  "source",
  "data",
  "agents",
  "rules",
  "approval",
  "writes",
  "exceptions",
] as const;
export type SevenItem = (typeof SEVEN)[number];

/**
 * P6: of each case the seven are there, or it is known why not: nothing of the kind happened in it. What
 * did happen says what it has to: a read what was read, a step whose work it was, a use by which map and
 * checks it was judged, an approval who gave it, a write where it went and how it ended, an exception
 * whose it is. Streams come in any order, each in its own.
 */
export type Seven = {
  readonly hear: (event: CheckedEvent) => readonly Wrong[];
  readonly last: () => readonly Wrong[];
  readonly told: () => SevenTold;
};

export type SevenTold = {
  readonly cases: number;
  readonly closed: number;
  /** Closed cases in which nothing of the kind happened. */
  readonly nothing: Readonly<Record<SevenItem, number>>;
};

type OfCase = {
  readonly items: Set<SevenItem>;
  readonly runs: Set<OfRun>;
  readonly closings: CheckedEvent[];
  isClosed: boolean;
};

type OfRun = {
  readonly case: OfCase;
  readonly attempts: Set<number>;
  /** Gates that nobody has decided on. */
  readonly unvoted: Set<number>;
  /** Writes that were begun and have not ended. */
  readonly writing: Map<number, CheckedEvent>;
};

export function openSeven(): Seven {
  const cases = new Map<string, OfCase>();
  const runs = new Map<string, OfRun>();
  const caseOf = (name: string): OfCase => {
    const known = cases.get(name);
    if (known !== undefined) return known;
    const made = {
      items: new Set<SevenItem>(),
      runs: new Set<OfRun>(),
      closings: [],
      isClosed: false,
    };
    cases.set(name, made);
    return made;
  };
  return {
    hear: (event) => {
      const { stream, type, data } = event;
      if (stream.startsWith("cs_")) return hearCase(caseOf(stream), event);
      const name = data["case"];
      if (type === "run.accepted" && typeof name === "string" && name !== "") {
        const run = newRun(caseOf(name));
        runs.set(stream, run);
        run.case.runs.add(run);
      }
      const run = runs.get(stream);
      const hear = run === undefined ? undefined : HEARD[type];
      return run === undefined || hear === undefined ? NOTHING : hear(run, event);
    },
    last: () => [...cases.values()].flatMap(unendedIn),
    told: () => toldOf([...cases.values()]),
  };
}

const NOTHING: readonly Wrong[] = [];

function newRun(of: OfCase): OfRun {
  return { case: of, attempts: new Set(), unvoted: new Set(), writing: new Map() };
}

function hearCase(of: OfCase, event: CheckedEvent): readonly Wrong[] {
  const { type, data } = event;
  if (type === "issue.opened") of.items.add("exceptions");
  if (type === "message.sent") of.items.add("writes");
  if (type === "case.reopened") of.isClosed = false;
  if (type === "request.received") {
    of.items.add("source");
    if (!isText(data["source"]) || !isText(data["channel"]))
      return [violation(event, "does not say from whom it came, and how (P6)")];
  }
  if (type !== "case.closed") return NOTHING;
  of.isClosed = true;
  of.closings.push(event);
  return of.items.has("source")
    ? NOTHING
    : [violation(event, "closes a case to which nothing came (P6)")];
}

type Hear = (run: OfRun, event: CheckedEvent) => readonly Wrong[];

const HEARD: Readonly<Record<string, Hear>> = {
  "step.started": (run, event) => [
    ...begun(run, event, event.data["attempt"]),
    ...asked(run, event),
  ],
  "attempt.started": (run, event) => begun(run, event, event.data),
  "step.finished": (run, event) => {
    const { closes } = event.data;
    if (typeof closes !== "number" || run.attempts.delete(closes)) return NOTHING;
    return [violation(event, "ends a step, and does not say whose work it was (P6)")];
  },
  "tool.judged": (run, event) => {
    run.case.items.add("rules");
    const { map, checks, rules } = event.data;
    const isSaid = isText(map) && Array.isArray(checks) && Array.isArray(rules);
    return isSaid
      ? NOTHING
      : [violation(event, "does not say by which map, rules and checks it was judged (P6)")];
  },
  "tool.finished": (run, event) => {
    if (event.data["outcome"] !== "ok") return NOTHING;
    run.case.items.add("data");
    const { read } = event.data;
    const isSaid =
      isObject(read) && isText(read["system"]) && isText(read["entity"]) && "fields" in read;
    return isSaid ? NOTHING : [violation(event, "gave data, and does not say which (P6)")];
  },
  "gate.opened": asked,
  "gate.voted": decided,
  "gate.overridden": decided,
  "gate.closed": (run, event) => {
    const isByNobody = run.unvoted.delete(Number(event.data["key"]));
    return isByNobody && event.data["allowed"] === true
      ? [violation(event, "allows what nobody decided on (P6)")]
      : NOTHING;
  },
  "writeback.started": (run, event) => {
    run.case.items.add("writes");
    run.writing.set(Number(event.data["key"]), event);
    return NOTHING;
  },
  "writeback.committed": (run, event) => {
    const { system, entity } = event.data;
    return [
      ...ended(run, event),
      ...(isText(system) && isText(entity)
        ? []
        : [violation(event, "does not say where it was written (P6)")]),
    ];
  },
  "writeback.failed": ended,
  "writeback.unknown": ended,
  "exception.raised": (run, event) => {
    run.case.items.add("exceptions");
    return isText(event.data["owner"])
      ? NOTHING
      : [violation(event, "does not say who is to mend it (P6)")];
  },
};

function begun(run: OfRun, { seq }: CheckedEvent, opening: Json | undefined): readonly Wrong[] {
  if (!isObject(opening) || !isText(opening["agent"])) return NOTHING;
  run.case.items.add("agents");
  run.attempts.add(seq);
  return NOTHING;
}

function asked(run: OfRun, { seq, data }: CheckedEvent): readonly Wrong[] {
  if (!isObject(data["gate"])) return NOTHING;
  run.case.items.add("approval");
  run.unvoted.add(seq);
  return NOTHING;
}

function decided(run: OfRun, { data }: CheckedEvent): readonly Wrong[] {
  run.unvoted.delete(Number(data["key"]));
  return NOTHING;
}

function ended(run: OfRun, { data, position }: CheckedEvent): readonly Wrong[] {
  const key = Number(data["key"]);
  const begin = run.writing.get(key);
  run.writing.delete(key);
  if (begin === undefined) return NOTHING;
  return run.case.closings
    .filter((closing) => begin.position < closing.position && closing.position < position)
    .map((closing) => overWrite(closing, begin));
}

function unendedIn({ runs, closings }: OfCase): readonly Wrong[] {
  return [...runs].flatMap(({ writing }) =>
    [...writing.values()].flatMap((begin) =>
      closings
        .filter(({ position }) => begin.position < position)
        .map((closing) => overWrite(closing, begin)),
    ),
  );
}

function overWrite(closing: CheckedEvent, { stream, seq }: CheckedEvent): Wrong {
  return violation(
    closing,
    `closes a case while the write begun at ${stream}.${seq} has not ended (P6)`,
  );
}

function toldOf(cases: readonly OfCase[]): SevenTold {
  const closed = cases.filter(({ isClosed }) => isClosed);
  const nothing = Object.fromEntries(
    SEVEN.map((item) => [item, closed.filter(({ items }) => !items.has(item)).length]),
  ) as Record<SevenItem, number>;
  return { cases: cases.length, closed: closed.length, nothing };
}

function isText(value: Json | JsonObject | undefined): boolean {
  return typeof value === "string" && value !== "";
}
