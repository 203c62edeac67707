import type { Agent } from "./agent.ts";

/** An answer about health counts for this long. */
export const HEALTH_FRESH_MS = 30_000;
/** Whoever does not answer by then is not healthy. */
const HEALTH_MS_MOST = 10_000;

export type Health = {
  /** null is: healthy. Never rejects. */
  ask(agent: string): Promise<string | null>;
  /** As it was last told, however long ago; who was never asked counts as healthy. */
  faultOf(agent: string): string | null;
};

/**
 * What agents said of their health; one answer is kept per agent.
 *
 * @param changed called when an agent that was healthy is not any more, or the other way round
 */
export function openHealth(
  agents: ReadonlyMap<string, Agent>,
  now: () => number,
  changed: () => void,
): Health {
  const told = new Map<string, { readonly fault: string | null; readonly at: number }>();
  const asking = new Map<string, Promise<string | null>>();

  const askNow = async (agent: Agent): Promise<string | null> => {
    const fault = await answerInTime(agent);
    const before = told.get(agent.name)?.fault ?? null;
    told.set(agent.name, { fault, at: now() });
    asking.delete(agent.name);
    if ((before === null) !== (fault === null)) changed();
    return fault;
  };
  return {
    faultOf: (name) => told.get(name)?.fault ?? null,
    ask: async (name) => {
      const agent = agents.get(name);
      if (agent === undefined) return `There is no agent "${name}".`;
      const last = told.get(name);
      if (last !== undefined && now() - last.at < HEALTH_FRESH_MS) return last.fault;
      const underWay = asking.get(name) ?? askNow(agent);
      asking.set(name, underWay);
      return underWay;
    },
  };
}

async function answerInTime(agent: Agent): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const late = `It did not say how it is within ${HEALTH_MS_MOST / 1_000} seconds.`;
  const timer = setTimeout(() => resolve(late), HEALTH_MS_MOST);
  try {
    return await Promise.race([agent.health(), promise]);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    clearTimeout(timer);
  }
}
