import type { Workflow } from "../definition/index.ts";
import { evaluateTemplate } from "../expression/index.ts";
import type { RunId } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import { CASE_MESSAGE, type Event, load, type Opening, type Read } from "../machine/index.ts";
import { ownOf } from "../own.ts";
import type { RunSaid } from "./signal.ts";

/** What a run is read by: its definition as it is pinned, and the contents that its events name. */
export type RunReading = {
  readonly run: RunId;
  readonly workflow: Workflow;
  readonly read: Read;
  /** What the step at a path gave, gathered where it is an `each`. */
  readonly given: (path: string) => Json;
  /** The name of a workflow by the digest of its definition. */
  readonly nameOf: (definition: string) => string;
  /** The use of a tool under this key, where what it writes is read by people outside; else null. */
  readonly sending: (key: number) => ToolSending | null;
};

/** What a tool was told to send, and by which system. */
export type ToolSending = { readonly channel: string; readonly args: JsonObject };

/** What one event of a run says to its case; most say nothing. */
export function saidBy(event: Event, reading: RunReading): readonly RunSaid[] {
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others say nothing to a case
  switch (event.type) {
    case "step.started":
      return [...waitIn(event), ...subRunIn(event.attempt, reading)];
    case "attempt.started":
      return subRunIn(event, reading);
    case "tool.finished":
      return labelsIn(event, reading);
    case "writeback.committed":
      return [...labelsIn(event, reading), ...sentIn(event, reading)];
    case "listen.ended": {
      const { key, position } = event;
      return [{ kind: "goes on", key, ...(position === undefined ? {} : { position }) }];
    }
    case "step.finished":
      return [{ kind: "goes on", path: event.path }, ...factsIn(event, reading)];
    case "exception.raised": {
      const { seq: key, error, look, owner } = event;
      return [{ kind: "issue", key, text: `${error.message} ${look}`.trim(), owner }];
    }
    case "exception.closed":
      return [{ kind: "settled", key: event.key, why: event.why ?? event.how }];
    case "run.finished": {
      const { outcome, error } = event;
      return [{ kind: "ended", outcome, why: error?.message ?? "" }];
    }
    default:
      return [];
  }
}

/** Whether an event can say anything at all, told without reading more. */
export function maySay(type: string): boolean {
  return SAYING.has(type);
}

const SAYING: ReadonlySet<string> = new Set([
  "step.started",
  "attempt.started",
  "tool.finished",
  "writeback.committed",
  "listen.ended",
  "step.finished",
  "exception.raised",
  "exception.closed",
  "run.finished",
]);

function waitIn({
  seq: key,
  path,
  listen,
}: Extract<Event, { readonly type: "step.started" }>): readonly RunSaid[] {
  return listen?.event === CASE_MESSAGE ? [{ kind: "waits", key, path }] : [];
}

function subRunIn(opening: Opening | undefined, { nameOf }: RunReading): readonly RunSaid[] {
  if (opening?.child === undefined) return [];
  const workflow = opening.definition === undefined ? "" : nameOf(opening.definition);
  return [{ kind: "sub-run", run: opening.child, workflow }];
}

type Labelled = Extract<Event, { readonly type: "tool.finished" | "writeback.committed" }>;

function labelsIn({ path, labels }: Labelled, { run }: RunReading): readonly RunSaid[] {
  return labels === undefined ? [] : [{ kind: "labels", labels, source: `${run}/${path}` }];
}

function sentIn(
  { key, path }: Extract<Event, { readonly type: "writeback.committed" }>,
  { run, sending }: RunReading,
): readonly RunSaid[] {
  const sent = sending(key);
  if (sent === null) return [];
  const { channel, args } = sent;
  const [text, recipient] = [textIn(args, WORDS), textIn(args, RECIPIENTS)];
  return [{ kind: "sent", recipient, channel, text, source: `${run}/${path}` }];
}

/** How arguments of tools that write to people are called, the likeliest first. */
const WORDS = ["text", "body", "message", "content", "html", "subject"] as const;
const RECIPIENTS = ["to", "recipient", "email", "address", "phone", "customer_id"] as const;

function textIn(args: JsonObject, names: readonly string[]): string {
  for (const name of names) {
    const value = ownOf(args, name);
    if (typeof value === "string" && value !== "") return value;
  }
  return "";
}

/** What the step makes known; it is read off what it gave alone. */
function factsIn(
  { path, outcome, output }: Extract<Event, { readonly type: "step.finished" }>,
  { run, workflow, read, given }: RunReading,
): readonly RunSaid[] {
  const own = workflow.facts?.filter((fact) => fact.path === path) ?? [];
  if (own.length === 0 || (outcome !== "completed" && outcome !== "degraded")) return [];
  const outputs = output === undefined ? given(path) : load(output, read);
  return own.flatMap(({ name, value }): readonly RunSaid[] => {
    const scope = {
      name: (root: string) => (root === "outputs" ? outputs : undefined),
      step: () => undefined,
    };
    const found = evaluateTemplate(value, scope);
    if (found.kind !== "value") return [];
    return [{ kind: "fact", name, value: found.value, source: `${run}/${path}` }];
  });
}
