import type { NoticeEvent } from "../../core/definition/index.ts";
import type { Happening } from "./notice.ts";

/** Of a message for people. */
const WORDS_CHARACTERS_MOST = 2_000;

/** One sentence for people, with the run's name and the command where there is something to do. */
export function wordsOf(
  event: NoticeEvent,
  happening: Happening,
  { name, phase }: { readonly name: string; readonly phase: string | null },
): string {
  const { run, step, data, seq } = happening;
  const of = `${name} (${run})`;
  const error = after(messageOf(data["error"]));
  const words: Readonly<Record<NoticeEvent, string>> = {
    started: `${of} has started.`,
    phase_completed: `${of}: the phase "${phase ?? step}" is complete.`,
    step_completed: `${of}: ${step} is complete.`,
    step_failed: `${of}: ${step} has failed${error}`,
    degraded: `${of} goes on without ${step}${error}`,
    approval_needed: `${of} waits for a decision at ${step}${after(askOf(data))}\nmuster inbox list`,
    escalated: `${of} needs a person${step === "" ? "" : ` at ${step}`}${after(escalation(happening))}\nmuster runs why-waiting ${run}`,
    budget_exceeded: `${of}: ${step} does not fit into its budget${error}`,
    paused: `${of} is paused${after(text(data["why"]))}\nmuster runs resume ${run}`,
    resumed: `${of} goes on${after(text(data["why"]))}`,
    completed: `${of} has completed.`,
    failed: `${of} has failed${error}\nmuster runs show ${run}`,
    cancelled: `${of} was cancelled${error}`,
    rolled_back: `${of} was rolled back${error}`,
    progress: `${of}, at event ${seq}.`,
  };
  return words[event].slice(0, WORDS_CHARACTERS_MOST);
}

function escalation({ data }: Happening): string {
  const parts = [data["message"], messageOf(data["error"]), data["why"], data["look"]].map(text);
  const [first = "", ...rest] = parts.filter((part) => part !== "");
  return [first, ...rest.slice(0, 1)].join(" ");
}

function askOf({ gate }: Happening["data"]): string {
  return typeof gate === "object" && gate !== null && "ask" in gate ? text(gate["ask"]) : "";
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? text(error.message)
    : "";
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function after(words: string): string {
  return words === "" ? "." : `: ${words}`;
}
