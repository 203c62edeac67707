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
  /** It is at work: from now on it is asked again and again, as long as it is. */
  watch(agent: string): void;
  close(): void;
};

export type HealthShell = {
  readonly now: () => number;
  /** Called when an agent that was healthy is not any more, or the other way round. */
  readonly changed: (agent: string, fault: string | null) => void;
  /** Calls back once after so many milliseconds; returns what cancels it. Absent: nobody is watched. */
  readonly after?: (ms: number, call: () => void) => () => void;
  readonly isAtWork?: (agent: string) => boolean;
};

/** What agents said of their health; one answer is kept per agent. */
export function openHealth(agents: ReadonlyMap<string, Agent>, shell: HealthShell): Health {
  const { now } = shell;
  const beats = new Map<string, () => void>();
  const told = new Map<string, { readonly fault: string | null; readonly at: number }>();
  const asking = new Map<string, Promise<string | null>>();

  const askNow = async (agent: Agent): Promise<string | null> => {
    const fault = await answerInTime(agent);
    const before = told.get(agent.name)?.fault ?? null;
    told.set(agent.name, { fault, at: now() });
    asking.delete(agent.name);
    if ((before === null) !== (fault === null)) shell.changed(agent.name, fault);
    return fault;
  };
  /** One that is not at work any more, and well, is asked no longer. */
  const beat = async (agent: Agent): Promise<void> => {
    beats.delete(agent.name);
    const fault = await (asking.get(agent.name) ?? askNow(agent));
    if (fault !== null || shell.isAtWork?.(agent.name) === true) watch(agent.name);
  };
  const watch = (name: string): void => {
    const agent = agents.get(name);
    const ms = agent?.heartbeatMs ?? null;
    if (agent === undefined || ms === null || beats.has(name) || isClosed) return;
    const cancel = shell.after?.(ms, () => void beat(agent));
    if (cancel !== undefined) beats.set(name, cancel);
  };
  let isClosed = false;
  return {
    watch,
    close: () => {
      isClosed = true;
      for (const cancel of beats.values()) cancel();
      beats.clear();
    },
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
