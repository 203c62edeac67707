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
  del(key: string): Promise<unknown>;
  destroy(): void;
  on(event: "error", heard: (error: Error) => void): unknown;
};

/**
 * Each a value in Redis, by the key `muster:checkpoint:<run>:<id>`. Whoever is away or slow is given up
 * after two seconds: a run never waits for it.
 *
 * @param url null: nobody has said where Redis is
 */
export function openRedisCopies(url: string | null): Copies {
  let client: Client | null = null;
  async function ready(): Promise<Client> {
    if (url === null)
      throw new MusterError({
        code: "bad-input",
        message: "Checkpoints are to be kept in Redis, and nobody has said where it is.",
        mend: "Set MUSTER_REDIS in the environment: redis://localhost:6379.",
      });
    if (client?.isReady === true) return client;
    client?.destroy();
    client = await connected(url);
    return client;
  }
  const keyOf = (run: RunId, id: string): string => `muster:checkpoint:${run}:${id}`;
  async function inTime<Told>(ask: (to: Client) => Promise<Told>): Promise<void> {
    try {
      const to = await ready();
      await late(ask(to), ANSWERED_MOST_MS);
    } catch (error) {
      client?.destroy();
      client = null;
      if (error instanceof MusterError) throw error;
      const why = error instanceof Error && error.message !== "" ? `: ${error.message}` : "";
      throw new MusterError(
        {
          code: "io",
          message: `Redis could not be written${why}.`,
          mend: "Start it, or look at MUSTER_REDIS.",
        },
        error,
      );
    }
  }
  return {
    put: (run, id, text) => inTime((to) => to.set(keyOf(run, id), text)),
    remove: (run, id) => inTime((to) => to.del(keyOf(run, id))),
    close: async () => client?.destroy(),
  };
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
