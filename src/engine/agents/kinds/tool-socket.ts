import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { OneOfAll, ToolUses, UseReply } from "../../tools/index.ts";

/**
 * Where programs use tools: a socket of our own, which answers whoever has the token of an attempt that
 * is under way. One JSON object a line each way: `{"token", "tool", "args", "as"?}` is answered by what
 * became of it, in the order in which it is known; an `id` of any kind comes back with the answer. Several
 * at once are `{"token", "all": [{"tool", "args", "as"?}]}`, answered by `{"replies": […]}`.
 */
export type ToolSocket = {
  /** For as long as an attempt is under way. */
  readonly lend: (tools: ToolUses) => Promise<Lent>;
  readonly close: () => Promise<void>;
};

export type Lent = {
  readonly path: string;
  readonly token: string;
  /** The attempt is over: its token is worth nothing. */
  readonly end: () => void;
};

const LINE_BYTES_MOST = 1_048_576;
const CONNECTIONS_MOST = 64;
/** Uses that one connection waits for at once. */
const WAITING_MOST = 32;

/** `stopped`: the attempt is to end; people are asked, or it was told to. */
type Answer =
  | UseReply
  | { readonly outcome: "stopped" }
  | { readonly outcome: "all"; readonly replies: readonly UseReply[] }
  | Refusal;
type Refusal = { readonly outcome: "refused"; readonly say: string };

export function openToolSocket(): ToolSocket {
  const lent = new Map<string, ToolUses>();
  let opening: Promise<Open> | null = null;
  return {
    lend: async (tools) => {
      opening ??= open(lent);
      const { path } = await opening;
      const token = randomBytes(32).toString("hex");
      lent.set(token, tools);
      return { path, token, end: () => lent.delete(token) };
    },
    close: async () => {
      if (opening === null) return;
      const { server, folder } = await opening;
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Open = { readonly server: Server; readonly path: string; readonly folder: string };

/** In a folder that only we may look into. */
async function open(lent: ReadonlyMap<string, ToolUses>): Promise<Open> {
  const folder = await mkdtemp(join(tmpdir(), "muster-tools-"));
  const path =
    process.platform === "win32"
      ? `\\\\.\\pipe\\muster-${randomBytes(8).toString("hex")}`
      : join(folder, "tools.sock");
  const server = createServer((socket) => serve(socket, lent));
  server.maxConnections = CONNECTIONS_MOST;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  server.unref();
  return { server, path, folder };
}

function serve(socket: Socket, lent: ReadonlyMap<string, ToolUses>): void {
  let rest = "";
  let waiting = 0;
  socket.setEncoding("utf8");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    rest += text;
    if (rest.length > LINE_BYTES_MOST) return void socket.destroy();
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() === "") continue;
      waiting += 1;
      const asked = waiting > WAITING_MOST ? refused(TOO_MANY) : answer(line, lent);
      void asked.then((said) => {
        waiting -= 1;
        if (socket.writable) socket.write(`${JSON.stringify(said)}\n`);
      });
    }
  });
}

const TOO_MANY = `One connection waits for at most ${WAITING_MOST} uses at once.`;

async function refused(say: string): Promise<Refusal> {
  return { outcome: "refused", say };
}

async function answer(line: string, lent: ReadonlyMap<string, ToolUses>): Promise<JsonObject> {
  const asked = parsed(line);
  const id = asked?.["id"];
  const said =
    asked === null ? await refused("A line is one JSON object.") : await used(asked, lent);
  return { ...(id === undefined ? {} : { id }), ...(said as unknown as JsonObject) };
}

async function used(asked: JsonObject, lent: ReadonlyMap<string, ToolUses>): Promise<Answer> {
  const { token, tool, args = {}, as, all } = asked;
  const tools = typeof token === "string" ? lent.get(token) : undefined;
  if (tools === undefined) return await refused("The token is of no attempt that is under way.");
  if (all !== undefined) return await usedAll(tools, all);
  if (typeof tool !== "string" || !isObject(args)) return await refused(HOW);
  const name = typeof as === "string" ? as : undefined;
  return await tools.use(tool, args, name).catch(() => STOPPED);
}

const STOPPED = { outcome: "stopped" } as const;

/** Each answer is in its order. */
async function usedAll({ useAll }: ToolUses, all: Json): Promise<Answer> {
  if (!Array.isArray(all) || !all.every((one) => isObject(one))) return await refused(HOW_ALL);
  const replies = await useAll(all as unknown as readonly OneOfAll[]).catch(() => null);
  return replies === null ? STOPPED : { outcome: "all", replies };
}

const HOW_ALL = 'Several at once are {"token": …, "all": [{"tool": NAME, "args": {…}}]}.';

const HOW = 'Write {"token": …, "tool": NAME, "args": {…}}.';

function parsed(line: string): JsonObject | null {
  try {
    const value = JSON.parse(line) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
