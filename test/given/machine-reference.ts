import { RETRY_DEFAULT, type Strategy, sayDuration } from "../../src/core/definition/index.ts";
import {
  emptyHistory,
  type History,
  type RunStatus,
  readEvent,
  type StepStatus,
  type StepView,
  statusOf,
  viewOf,
} from "../../src/core/history/index.ts";
import {
  FAILURE_KINDS,
  type FailureClass,
  STRATEGY_OF_CLASS,
} from "../../src/core/machine/index.ts";
import { type Journey, journey } from "./world.ts";

export type MadeFile = { readonly path: string; readonly text: string };

/** The pages that are made of what the machine does and of the tables it goes by. */
export function machineReference(): readonly MadeFile[] {
  return [
    { path: "docs/reference/states.md", text: states() },
    { path: "docs/reference/failures.md", text: failures() },
  ];
}

const RUN_MEANS: Readonly<Record<RunStatus, string>> = {
  accepted: "It is on disk; nothing of it has begun.",
  running: "Something of it is in flight, or is tried again by itself.",
  waiting: "All that is left of it waits for a person, an event or a time.",
  paused: "Nothing new begins until a person resumes it; answers are still taken.",
  completed: "It ended well, perhaps with warnings.",
  failed: "It ended with an error.",
  cancelled: "A person ended it.",
  "rolled back": "A person ended it, and what it had done was undone.",
};

const STEP_MEANS: Readonly<Record<StepStatus, string>> = {
  pending: "Something before it has not ended.",
  ready: "It may begin as soon as there is a place for it.",
  running: "An attempt, or a part of it, is in flight.",
  waiting: "It waits for a person, an event or a time.",
  retrying: "An attempt failed; another comes after a wait.",
  completed: "It ended as it promised.",
  degraded: "It failed or was left out, and the run goes on without it.",
  skipped: "Its condition did not hold.",
  failed: "It ended with an error.",
  cancelled: "It was stopped before it ended.",
};

/** Random worlds whose changes of status are drawn. More of them bring no new arrow. */
const WORLDS = 800;

/** "from|to". */
type Arrows = Set<string>;

function states(): string {
  const runs: Arrows = new Set();
  const steps: Arrows = new Set();
  for (let seed = 0; seed < WORLDS; seed++) draw(journey(seed), { runs, steps });
  return `# States

Made by \`npm run states\` of what the machine does in ${WORLDS} random worlds; do not edit. An arrow is a
change from the end of one decision to the end of the next.

## A run

${diagram(runs, Object.keys(RUN_MEANS))}

${table(RUN_MEANS)}

## A step

${diagram(steps, Object.keys(STEP_MEANS))}

${table(STEP_MEANS)}
`;
}

function draw(
  { workflow, turns }: Journey,
  on: { readonly runs: Arrows; readonly steps: Arrows },
): void {
  let history = emptyHistory(workflow);
  let statuses = statusesOf(history);
  let run: string = "[*]";
  for (const { events } of turns) {
    for (const event of events) {
      history = readEvent(history, event);
      if (event.type === "run.accepted") run = arrow(on.runs, run, statusOf(history));
    }
    run = arrow(on.runs, run, statusOf(history));
    const after = statusesOf(history);
    for (const [path, status] of after) {
      arrow(on.steps, statuses.get(path) ?? "pending", status);
    }
    statuses = after;
  }
}

function arrow(arrows: Arrows, from: string, to: string): string {
  if (from !== to) arrows.add(`${from}|${to}`);
  return to;
}

/** Of every step of which there is one. */
function statusesOf(history: History): ReadonlyMap<string, StepStatus> {
  const found = new Map<string, StepStatus>();
  const look = (view: StepView): void => {
    found.set(view.path, view.status);
    if (view.kind === "block" || view.kind === "choose") view.steps.forEach(look);
  };
  viewOf(history).phases.forEach(look);
  return found;
}

function diagram(arrows: Arrows, names: readonly string[]): string {
  const order = ["[*]", ...names];
  const place = (key: string): number => {
    const [from = "", to = ""] = key.split("|");
    return order.indexOf(from) * order.length + order.indexOf(to);
  };
  const lines = [...arrows]
    .toSorted((a, b) => place(a) - place(b))
    .map((key) => `  ${key.split("|").map(idOf).join(" --> ")}`);
  const drawn = new Set([...arrows].flatMap((key) => key.split("|")));
  const begins = drawn.has("[*]") ? [] : [`  [*] --> ${names[0]}`];
  const ends = names
    .filter((name) => drawn.has(name) && ![...arrows].some((key) => key.startsWith(`${name}|`)))
    .map((name) => `  ${idOf(name)} --> [*]`);
  const named = names
    .filter((name) => name.includes(" "))
    .map((name) => `  ${idOf(name)}: ${name}`);
  return ["```mermaid", "stateDiagram-v2", ...named, ...begins, ...lines, ...ends, "```"].join(
    "\n",
  );
}

function idOf(name: string): string {
  return name.replaceAll(" ", "_");
}

function table(means: Readonly<Record<string, string>>): string {
  const rows = Object.entries(means).map(([name, text]) => `| ${name} | ${text} |`);
  return ["| status | means |", "| --- | --- |", ...rows].join("\n");
}

const CLASS_MEANS: Readonly<Record<FailureClass, string>> = {
  transient: "It may go away by itself.",
  permanent: "It will be the same next time.",
  degradable: "The run can go on without it.",
  critical: "Nothing more should happen until a person has looked. No strategy changes that.",
};

const STRATEGY_MEANS: Readonly<Record<Strategy, string>> = {
  fail_immediately: "The step fails, and what it is part of with it. No retry, no fallback.",
  retry_with_backoff:
    "It is tried again after a wait, at most as often as its `retry` says; then its `fallback`, if it has one; then it fails.",
  retry_with_fallback: "The same, said by an author who names a fallback.",
  degradable:
    "As above, but at the end the run goes on without it, with its impact and its warning.",
  halt_and_escalate:
    "It is tried again where the error may go away; then the run is paused, and its owner has an exception.",
};

function failures(): string {
  const { attemptsMost, backoff, firstMs, mostMs } = RETRY_DEFAULT;
  const kinds = Object.entries(FAILURE_KINDS).map(
    ([kind, known]) => `| \`${kind}\` | ${known.class} | ${known.certain ? "yes" : "no"} |`,
  );
  const classes = Object.entries(STRATEGY_OF_CLASS).map(
    ([name, strategy]) => `| ${name} | ${CLASS_MEANS[name as FailureClass]} | \`${strategy}\` |`,
  );
  const strategies = Object.entries(STRATEGY_MEANS).map(
    ([name, text]) => `| \`${name}\` | ${text} |`,
  );
  return `# Failures

Made by \`npm run states\` of the tables that the machine goes by; do not edit.

## Classes

The class of an error, not its text, says what follows where the step itself says nothing.

| class | means | leads to |
| --- | --- | --- |
${classes.join("\n")}

## Kinds

An agent may answer with a kind and leave out the class. A kind that is not here is transient. Where nothing
was done, the next attempt is a new call; else the step is in doubt: an attempt keeps the key of its call,
and the step ends in success or with a person.

| kind | class | nothing was done |
| --- | --- | --- |
${kinds.join("\n")}

## Strategies

A retry that says nothing else is: ${attemptsMost} attempts in all, ${backoff}, first after ${sayDuration(firstMs)}, at most ${sayDuration(mostMs)}, spread by chance.

| strategy | what follows |
| --- | --- |
${strategies.join("\n")}
`;
}
