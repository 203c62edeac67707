import type { RunId } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import type { Copies } from "./copies.ts";

/** How long Redis may take to be reached, and to answer. */
const CONNECTED_MOST_MS = 2_000;
const ANSWERED_MOST_MS = 2_000;

type Client = {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<string | null>;
  del(key: string): Promise<unknown>;
  destroy(): void;
  on(event: "error", heard: (error: Error) => void): unknown;
};

/**
 * Each a value in Redis, by the key `muster:checkpoint:<run>:<id>`. Whoever is away or slow is given up
 * after two seconds: a run never waits for it.
 *
 * @param environment where MUSTER_REDIS says where Redis is, and what `$env.NAME` stands for
 */
export function openRedisCopies(environment: Readonly<Record<string, string | undefined>>): Copies {
  const clients = new Map<string, Client>();
  async function ready(url: string): Promise<Client> {
    const known = clients.get(url);
    if (known?.isReady === true) return known;
    known?.destroy();
    const client = await connected(url);
    clients.set(url, client);
    return client;
  }
  const keyOf = (run: RunId, id: string): string => `muster:checkpoint:${run}:${id}`;
  async function inTime<Told>(
    at: string | null,
    ask: (to: Client) => Promise<Told>,
  ): Promise<Told> {
    const url = urlOf(at, environment);
    try {
      return await late(ask(await ready(url)), ANSWERED_MOST_MS);
    } catch (error) {
      clients.get(url)?.destroy();
      clients.delete(url);
      if (error instanceof MusterError) throw error;
      const why = error instanceof Error && error.message !== "" ? `: ${error.message}` : "";
      throw new MusterError(
        {
          code: "io",
          message: `Redis could not be asked${why}.`,
          mend: "Start it, or look at its address: MUSTER_REDIS, or checkpoint_strategy.redis.",
        },
        error,
      );
    }
  }
  return {
    put: async ({ run, id, at }, text) => {
      await inTime(at, (to) => to.set(keyOf(run, id), text));
    },
    remove: async ({ run, id, at }) => {
      await inTime(at, (to) => to.del(keyOf(run, id)));
    },
    read: ({ run, id, at }) => inTime(at, (to) => to.get(keyOf(run, id))),
    close: async () => {
      for (const client of clients.values()) client.destroy();
    },
  };
}

function urlOf(
  at: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const [, name] = /^\$env\.(\w+)$/.exec(at ?? "$env.MUSTER_REDIS") ?? [];
  const url = name === undefined ? at : environment[name];
  if (url !== null && url !== undefined && url !== "") return url;
  throw new MusterError({
    code: "bad-input",
    message: "Checkpoints are to be kept in Redis, and nobody has said where it is.",
    mend: `Set ${name ?? "MUSTER_REDIS"} in the environment: redis://localhost:6379.`,
  });
}

/** The package is loaded by who needs it. */
async function connected(url: string): Promise<Client> {
  const { createClient } = await import("redis");
  const made = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECTED_MOST_MS, reconnectStrategy: false },
  }) as unknown as Client;
  // Without a listener an error of the connection would end the process; it is told where it is asked.
  made.on("error", () => undefined);
  try {
    await late(made.connect(), CONNECTED_MOST_MS);
    return made;
  } catch (error) {
    try {
      made.destroy();
    } catch {
      // It was not open.
    }
    throw error;
  }
}

async function late<Told>(asked: Promise<Told>, ms: number): Promise<Told> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it did not answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([asked, promise]);
  } finally {
    clearTimeout(timer);
  }
}
