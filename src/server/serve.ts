import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { MusterError } from "../core/problem.ts";
import type { Company } from "../engine/company/index.ts";
import { makeOwn, newAddress } from "./address.ts";

/** Connections at once; each second process has a few. */
const CONNECTIONS_MOST = 1_000;
/** How long the sending of one request may take. */
const SENDING_MOST_MS = 60_000;
/** Longer than a second process pauses between two questions, so that it need not connect anew. */
const IDLE_MOST_MS = 300_000;

export type Served = {
  /** Takes no more requests, cuts off those that are being answered, and takes the socket away. */
  readonly close: () => void;
};

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Answers other processes over the socket of a state folder. The routes are loaded when somebody
 * asks for the first time: most processes are never asked.
 *
 * @param state the state folder, absolute; the caller holds its lock
 * @throws MusterError "io" where nothing can listen there
 */
export async function serve(state: string, company: Company): Promise<Served> {
  const address = newAddress(state);
  const sockets = new Set<Socket>();
  let listener: Promise<Listener> | null = null;
  const server = createServer(
    { requestTimeout: SENDING_MOST_MS, keepAliveTimeout: IDLE_MOST_MS },
    (request, response) => {
      listener ??= listenerOf(company);
      listener.then(
        (answer) => answer(request, response),
        (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
      );
    },
  );
  server.maxConnections = CONNECTIONS_MOST;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // Who only waits for questions does not keep a process from its end.
    socket.unref();
  });
  try {
    server.listen(address.path);
    await once(server, "listening");
    makeOwn(address.path);
  } catch (error) {
    server.close();
    address.remove();
    throw unheard(address.path, error);
  }
  server.unref();
  return {
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      address.remove();
    },
  };
}

async function listenerOf(company: Company): Promise<Listener> {
  const [{ getRequestListener }, { apiOf }] = await Promise.all([
    import("@hono/node-server"),
    import("./api.ts"),
  ]);
  return getRequestListener(apiOf(company).fetch, { overrideGlobalObjects: false });
}

function unheard(path: string, error: unknown): MusterError {
  const why = error instanceof Error ? error.message : String(error);
  return new MusterError(
    {
      code: "io",
      message: `Other processes cannot be answered at ${path}: ${why}`,
      mend: "Nothing else is amiss: this process works on. Look at the rights of that folder.",
    },
    error,
  );
}
