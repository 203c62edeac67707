import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Envelope, verifyStream } from "../../src/core/audit/index.ts";
import { readWorkflow, type Workflow } from "../../src/core/definition/index.ts";
import {
  absent,
  type Event,
  eventOf,
  evolve,
  freeze,
  MACHINE_VERSION,
  type Run,
  thaw,
} from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { sha256 } from "../../src/engine/store/index.ts";
import { type Header, outcomeOf } from "./recorded.ts";

/** Logs in the repository, all together. */
const BYTES_MOST = 200_000;

const files = globSync("*.jsonl", { cwd: import.meta.dirname }).toSorted();

test("logs of each release are kept, and stay small", () => {
  expect(files.filter((file) => file.startsWith("0.1.0-"))).toHaveLength(9);
  const bytes = files.map((file) => statSync(join(import.meta.dirname, file)).size);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BYTES_MOST);
});

test("they hold every kind of step, every end of a step, and every way out of an exception", () => {
  const events = files.flatMap((file) => read(file).events);
  const kinds = files.flatMap((file) => kindsIn(read(file).workflow.root));
  expect(new Set(kinds)).toEqual(
    new Set(["block", "task", "each", "choose", "gate", "wait", "repeat", "workflow"]),
  );
  expect(outcomesOf(events, "step.finished")).toEqual([
    "cancelled",
    "completed",
    "degraded",
    "failed",
  ]);
  expect(outcomesOf(events, "attempt.ended")).toEqual(["failed", "unknown"]);
  expect(outcomesOf(events, "run.finished")).toEqual(["completed", "failed", "rolled back"]);
  const ways = events.flatMap((event) => (event.type === "exception.closed" ? [event.how] : []));
  expect(new Set(ways)).toEqual(new Set(["retry", "skip", "give"]));
  for (const type of [
    "run.paused",
    "run.resumed",
    "run.undoing",
    "step.skipped",
    "attempt.settled",
    "attempt.repeated",
    "attempt.stopping",
    "gate.escalated",
    "task.claimed",
    "task.released",
    "task.escalated",
    "listen.ended",
    "report.told",
  ])
    expect(events.map((event) => event.type)).toContain(type);
});

describe.each(files)("M4 the log %s", (file) => {
  const { header, log, events, workflow } = read(file);

  test("is read by today's definitions, and its chain verifies", () => {
    const [first] = events;
    expect(first?.type === "run.accepted" && first.definition).toBe(workflow.digest);
    expect(verifyStream(log, sha256)).toMatchObject({ ok: true });
  });

  test("folds to the status, the outputs and the document that its release saw", () => {
    const { status, outputs, document } = outcomeOf(log, workflow);
    expect({ status, outputs }).toEqual({ status: header.status, outputs: header.outputs });
    // Later releases may say more of a run, and nothing else.
    expect(document).toMatchObject(header.document);
  });

  test("folds to the same state, and goes on from its snapshot, while the machine's version is the same", () => {
    const half = thaw(
      header.snapshot.state,
      { id: idOf(events), workflow },
      (digest) => header.snapshot.pages[digest] ?? "",
    );
    if (header.machine !== MACHINE_VERSION) return expect(half).toBeNull();
    expect(outcomeOf(log, workflow).state).toBe(header.state);
    const whole = half === null ? null : events.slice(header.snapshot.seq).reduce(evolve, half);
    return expect(whole === null ? null : digestOf(freeze(whole, digestOf))).toBe(header.state);
  });

  test("may be cut and frozen anywhere: what is thawed goes on to the same state", () => {
    const pages = new Map<string, string>();
    const keep = (page: string) => {
      const digest = digestOf(page);
      pages.set(digest, page);
      return digest;
    };
    const id = idOf(events);
    let run: Run = absent(id, workflow);
    const whole = freeze(events.reduce(evolve, run), keep);
    for (const [at, event] of events.entries()) {
      run = evolve(run, event);
      const thawed = thaw(freeze(run, keep), { id, workflow }, (page) => pages.get(page) ?? "");
      const end = events.slice(at + 1).reduce(evolve, thawed ?? absent(id, workflow));
      expect(freeze(end, keep)).toBe(whole);
    }
  });
});

type Recorded = {
  readonly header: Header;
  readonly log: readonly Envelope[];
  readonly events: readonly Event[];
  readonly workflow: Workflow;
};

function read(file: string): Recorded {
  const lines = readFileSync(join(import.meta.dirname, file), "utf8")
    .trimEnd()
    .split("\n");
  const [header, ...log] = lines.map((line) => JSON.parse(line) as unknown) as [
    Header,
    ...Envelope[],
  ];
  const { definition } = header;
  const { workflow, problems } = readWorkflow(definition, {
    agents: null,
    workflows: null,
    digest: (text) => digestOf(JSON.stringify({ file: definition.file, text })),
  });
  if (workflow === null) throw new Error(`${file}: ${JSON.stringify(problems)}`);
  return { header, log, events: log.map(eventOf), workflow };
}

function idOf([first]: readonly Event[]): Run["id"] {
  if (first?.type !== "run.accepted") throw new Error("A log begins with run.accepted.");
  return first.run;
}

function outcomesOf(events: readonly Event[], type: Event["type"]): readonly string[] {
  const outcomes = events.flatMap((event) =>
    event.type === type && "outcome" in event ? [event.outcome] : [],
  );
  return [...new Set(outcomes)].toSorted();
}

function kindsIn(step: Workflow["root"] | Workflow["root"]["steps"][number]): readonly string[] {
  if (step.kind === "block") return [step.kind, ...step.steps.flatMap(kindsIn)];
  if (step.kind === "each" || step.kind === "repeat") return [step.kind, ...kindsIn(step.body)];
  if (step.kind === "choose")
    return [step.kind, ...step.branches.flatMap((one) => kindsIn(one.step))];
  return [step.kind];
}
