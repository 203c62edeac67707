import type { PersonDefinition } from "../../../core/definition/index.ts";
import type { Agent } from "../agent.ts";
import { failed } from "../failed.ts";
import type { Setting } from "../setting.ts";

/**
 * People, as an agent: its tasks stand in the log and in the inbox, and nothing is performed. Names of
 * teams and roles are the people in them.
 */
export function openPerson(definition: PersonDefinition, setting: Setting): Agent {
  const { name, dueMs } = definition;
  const named = (who: string): readonly string[] => {
    const people = setting.people(who);
    return people.length === 0 ? [who] : people;
  };
  const to = [...new Set(definition.from.flatMap(named))];
  const next = definition.escalate.map(named);
  return {
    name,
    digest: definition.digest,
    effects: "pure",
    capabilities: definition.capabilities,
    concurrency: definition.concurrency,
    timeoutMs: definition.timeoutMs,
    person: { to, dueMs, next },
    health: async () => null,
    attempt: () =>
      failed("agent_unavailable", `"${name}" is a person: its tasks wait in the inbox.`, true),
    close: async () => {},
  };
}
