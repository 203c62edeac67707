import type { AgentAnswer } from "./agent.ts";
import { failed } from "./failed.ts";

const MESSAGE_CHARACTERS_MOST = 2_000;

/** The answer for a function that threw: nobody knows what it had done by then. */
export function threw(thrown: unknown, agent: string): AgentAnswer {
  return failed("agent_failed", `The agent "${agent}" threw ${messageOf(thrown)}`);
}

/** "TypeError: x is not a function (/company/agents/a.ts:3:7)"; never throws, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return bounded(`what is no error: ${textOf(thrown)}`);
    const place = typeof thrown.stack === "string" ? placeOf(thrown.stack) : null;
    return bounded(`${thrown.name}: ${thrown.message}`) + (place === null ? "" : ` (${place})`);
  } catch {
    return "what cannot be read.";
  }
}

function textOf(thrown: unknown): string {
  return typeof thrown === "string" ? thrown : (JSON.stringify(thrown) ?? typeof thrown);
}

function bounded(text: string): string {
  return text.slice(0, MESSAGE_CHARACTERS_MOST);
}

/** The first place in a stack that is a file and not of Node itself: "/company/agents/a.ts:3:7". */
export function placeOf(stack: string): string | null {
  for (const line of stack.split("\n")) {
    if (line.includes("node:") || line.includes("/node_modules/")) continue;
    const [, place] = /(?:file:\/\/)?(\/[^\s()]+?:\d+(?::\d+)?)\)?$/.exec(line) ?? [];
    if (place !== undefined) return place;
  }
  return null;
}
