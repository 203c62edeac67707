import type { Monitoring, NoticeEvent, NoticeRule, Workflow } from "../../core/definition/index.ts";
import type { JsonObject } from "../../core/json.ts";
import { decidersTold } from "./deciders.ts";
import { wordsOf } from "./wording.ts";

/** What one address is to be told: an event of a run, for one rule of its workflow. */
export type Notice = {
  /** Names it, so that it is sent once: of the event, and who is told. */
  readonly id: string;
  readonly run: string;
  readonly seq: number;
  readonly event: NoticeEvent;
  readonly phase: string | null;
  /** Of the event, in milliseconds since 1970. */
  readonly at: number;
  readonly to: Target;
  readonly body: NoticeBody;
};

/** What a program is told, under the names that the run's state document has; `text` is for people. */
export type NoticeBody = JsonObject & {
  readonly event: string;
  readonly workflow_id: string;
  readonly name: string;
  readonly text: string;
};

/** Who is told, as the workflow says it: without what stands with the company's channels. No secret is in it. */
export type Target = Pick<NoticeRule, "url" | "room" | "secret" | "recipients" | "format"> & {
  readonly type: NoticeRule["type"];
  /** A channel of the company, by its name. */
  readonly channel?: string;
};

/** An event of a run, as it was told to the log. */
export type Happening = {
  readonly run: string;
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly step: string;
  readonly actor: string;
  readonly data: JsonObject;
};

/** What the notices of a run are made from. */
export type Subject = {
  readonly workflow: Workflow;
  /** A sub-run: only what needs people is told, its parent tells the rest. */
  readonly isSub: boolean;
  /** The company has a channel by which deciders are told themselves. */
  readonly tellsDeciders?: boolean;
};

/** Of a sub-run. */
const NEEDS_PEOPLE: ReadonlySet<NoticeEvent> = new Set([
  "approval_needed",
  "escalated",
  "budget_exceeded",
]);

/** Whether anybody is to be told of anything that happens to runs of it. */
export function tellsAnybody({ monitoring, rules }: Workflow): boolean {
  return monitoring.notices !== undefined || (rules ?? []).some(({ notify }) => notify.length > 0);
}

/** The notices that follow an event; mostly none. */
export function noticesOf(happening: Happening, subject: Subject): readonly Notice[] {
  const told = toldOf(happening, subject.workflow);
  if (told === null) return [];
  const { event, phase } = told;
  const named = namedTargets(happening);
  const targets =
    named ??
    (subject.isSub && !NEEDS_PEOPLE.has(event)
      ? []
      : targetsOf(subject.workflow.monitoring, event, happening));
  const { run, seq, at } = happening;
  const { workflow } = subject;
  const noticeTo = ([name, to]: Named[number], about: Happening): Notice => ({
    id: `${run}.${seq}.${name}`,
    run,
    seq,
    event,
    phase,
    at,
    to,
    body: bodyOf(about, told, workflow),
  });
  const deciders = subject.tellsDeciders === true ? decidersTold(happening, workflow.owner) : [];
  return [
    ...targets.map((one) => noticeTo(one, happening)),
    // What goes to a person's own address says where it waits, and nothing of the matter.
    ...deciders.map((one) => noticeTo(one, { ...happening, data: {} })),
  ];
}

type Told = { readonly event: NoticeEvent; readonly phase: string | null };

function toldOf(happening: Happening, workflow: Workflow): Told | null {
  const { type, step, data } = happening;
  const plain = PLAIN[type];
  if (plain === undefined && !SEVERAL.has(type)) return null;
  const phase = phaseOf(workflow, step);
  const of = (event: NoticeEvent): Told => ({ event, phase: phase?.name ?? null });
  if (plain !== undefined) return of(plain);
  if (type === "run.finished") return of(OUTCOMES[text(data["outcome"])] ?? "completed");
  if (type === "step.finished")
    return stepFinished(text(data["outcome"]), phase?.path === step, of);
  return asksPeople(data) ? of("approval_needed") : null;
}

/** Events that are told as one thing. */
const PLAIN: Readonly<Record<string, NoticeEvent>> = {
  "run.accepted": "started",
  "run.paused": "paused",
  "run.resumed": "resumed",
  "exception.raised": "escalated",
  "gate.escalated": "escalated",
  "gate.overridden": "escalated",
  "gate.reminded": "approval_needed",
  "gate.advanced": "approval_needed",
  "task.escalated": "escalated",
  "rule.acted": "escalated",
  "budget.exceeded": "budget_exceeded",
};

/** Events that may be several things, or nothing. */
const SEVERAL: ReadonlySet<string> = new Set([
  "run.finished",
  "step.finished",
  "step.started",
  "attempt.started",
  "gate.opened",
  "gate.edited",
]);

const OUTCOMES: Readonly<Record<string, NoticeEvent>> = {
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
  "rolled back": "rolled_back",
};

/** A gate, or a person's task. */
function asksPeople(data: JsonObject): boolean {
  const attempt = data["attempt"];
  const inFirst = typeof attempt === "object" && attempt !== null && "task" in attempt;
  return data["gate"] !== undefined || data["task"] !== undefined || inFirst;
}

function stepFinished(
  outcome: string,
  isPhase: boolean,
  of: (event: NoticeEvent) => Told,
): Told | null {
  if (outcome === "cancelled") return null;
  // Why a phase has failed, its step has told.
  if (outcome === "failed") return isPhase ? null : of("step_failed");
  if (isPhase) return of("phase_completed");
  return of(outcome === "degraded" ? "degraded" : "step_completed");
}

function phaseOf(
  workflow: Workflow,
  step: string,
): { readonly name: string; readonly path: string } | null {
  if (step === "") return null;
  return (
    workflow.root.steps.find(({ path }) => step === path || step.startsWith(`${path}/`)) ?? null
  );
}

type Named = readonly (readonly [name: string, target: Target])[];

/** A rule names its own channels; who is told of escalations hears of it from the exception that it raises. */
function namedTargets({ type, data }: Happening): Named | null {
  if (type !== "rule.acted") return null;
  const notify = Array.isArray(data["notify"]) ? data["notify"].map(text) : [];
  const recipients = Array.isArray(data["recipients"]) ? data["recipients"].map(text) : [];
  const to = recipients.length === 0 ? {} : { recipients };
  return notify.map((channel) => [
    `rule.${channel}`,
    { type: typeOf(channel), channel, format: "text", ...to },
  ]);
}

/** As far as its name tells; the company's channel of that name says it. */
export function typeOf(channel: string): Target["type"] {
  if (/slack/i.test(channel)) return "slack";
  return /web_?hook/i.test(channel) ? "webhook" : "email";
}

function targetsOf({ notices = [] }: Monitoring, event: NoticeEvent, { data }: Happening): Named {
  // A run that an exception has paused: who hears of the exception knows.
  const isTold = event === "paused" && data["exception"] !== undefined ? "escalated" : null;
  return notices.flatMap(({ events, ...target }, index) =>
    events.includes(event) && (isTold === null || !events.includes(isTold))
      ? [[String(index), target] as const]
      : [],
  );
}

function bodyOf(happening: Happening, { event, phase }: Told, workflow: Workflow): NoticeBody {
  const { run, seq, at, step, data } = happening;
  return {
    id: `${run}.${seq}`,
    event,
    workflow_id: run,
    name: workflow.name,
    version: workflow.version,
    ...(phase === null ? {} : { phase }),
    ...(step === "" ? {} : { step }),
    timestamp: new Date(at).toISOString(),
    ...detailsOf(data),
    text: wordsOf(event, happening, { name: workflow.name, phase }),
  };
}

/** What the event itself says, but no outputs: they may be large, and are not for everybody. */
function detailsOf(data: JsonObject): JsonObject {
  const error = data["error"];
  const { why, message, owner, look, condition, action } = data;
  const all = { why, message, owner, look, condition, action };
  const said = Object.entries(all).filter(([, value]) => typeof value === "string" && value !== "");
  return { ...Object.fromEntries(said), ...(error === undefined ? {} : { error }) } as JsonObject;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
