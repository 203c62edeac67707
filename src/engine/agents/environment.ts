import type { AgentDefinition } from "../../core/definition/index.ts";
import type { Setting } from "./setting.ts";

/** All that an agent in a process of its own finds in its environment: what its definition names, where we have it. */
export function environmentOf(
  { env }: AgentDefinition,
  { environment }: Setting,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, ours] of Object.entries(env)) {
    const value = environment[ours];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** The sentence for an agent's health where it names what we do not have; null where we have all. */
export function whatIsUnset({ env }: AgentDefinition, { environment }: Setting): string | null {
  const unset = Object.values(env).filter((ours) => environment[ours] === undefined);
  return unset.length === 0
    ? null
    : `It needs ${unset.join(", ")} in its environment, and ours has none. Set it, or take it out of "env".`;
}
