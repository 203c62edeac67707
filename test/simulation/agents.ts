import type { AgentNeed } from "../../src/core/definition/index.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type { Asked, EffectClass, Ranked } from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { hashOf } from "./chance.ts";

/** Of one attempt, when the step names none. */
export const TIMEOUT_MS = 300_000;

/** Who works in every world, what becomes of what they do, and what they can. */
const AGENTS: Readonly<Record<string, { readonly effects: EffectClass; readonly can: string }>> = {
  reader: { effects: "pure", can: "reading" },
  keeper: { effects: "idempotent", can: "keeping" },
  clerk: { effects: "idempotent", can: "keeping" },
  sender: { effects: "ask", can: "sending" },
};

/** People, who have all the time there is, or a minute each. */
const PERSONS: Readonly<Record<string, Asked>> = {
  lawyer: { to: ["ana", "bo"], dueMs: null, next: [] },
  notary: { to: ["bo"], dueMs: 60_000, next: [["cy"], ["ana", "cy"]] },
};

const RANKED: Readonly<Record<string, Ranked>> = Object.fromEntries([
  ...Object.entries(AGENTS).map(([agent, { effects }]) => [
    agent,
    { agent, digest: digestOf(agent), effects, healthy: true, why: "it can" },
  ]),
  ...Object.entries(PERSONS).map(([agent, person]) => [
    agent,
    { agent, digest: digestOf(agent), effects: "pure", healthy: true, why: "they can", person },
  ]),
]);

export function ranked(need: AgentNeed): readonly Ranked[] {
  if (need.kind === "named") {
    const one = RANKED[need.agent];
    return one === undefined ? [] : [one];
  }
  const able = Object.keys(AGENTS).filter((name) =>
    need.needs.every((can) => AGENTS[name]?.can === can),
  );
  return able.flatMap((name) => RANKED[name] ?? []);
}

/** Attempts that an agent takes at once, where it has a limit. */
export function capacityOf(agent: string): number | null {
  return agent === "clerk" ? 2 : null;
}

export function isKnown(agent: string): boolean {
  return Object.hasOwn(AGENTS, agent);
}

/** Every hundredth or so is too large to stand in the log. */
const LARGE_CHARACTERS = 6_000;

/** What a step gives depends on the step and its inputs alone, whoever does it and how often. */
export function outputsOf(path: string, inputs: JsonObject): JsonObject {
  const seed = hashOf(`${path} ${JSON.stringify(sorted(inputs))}`);
  const text = `t${seed % 1000}`;
  return {
    n: seed % 100,
    t: seed % 97 === 0 ? text.padEnd(LARGE_CHARACTERS, "x") : text,
    // Its names are in no order.
    o: { z: seed % 7, a: { y: text, b: null } },
    l: Array.from({ length: seed % 6 }, (_, at) => (seed + at) % 50),
  };
}

function sorted(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const object = value as JsonObject;
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, sorted(object[key] ?? null)]),
  );
}
