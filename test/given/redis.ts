import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";

const SERVER = "/usr/bin/redis-server";

/** A real Redis on a free port, with its data in a folder of its own. */
export type RedisServer = AsyncDisposable & {
  readonly url: string;
  /** The process is gone, as when the machine is. */
  readonly stop: () => Promise<void>;
  /** It is there, and answers nobody. */
  readonly hang: () => void;
  readonly start: () => Promise<void>;
};

/**
 * Whether Redis can be run here: Debian's package, put in where it is missing and this user may. Where
 * it cannot, that is said loudly: the tests that need it did not run.
 */
export function hasRedis(): boolean {
  if (existsSync(SERVER)) return true;
  if (process.getuid?.() === 0) {
    try {
      execFileSync("apt-get", ["install", "-y", "redis-server"], { stdio: "ignore" });
    } catch {
      // Said below.
    }
  }
  if (existsSync(SERVER)) return true;
  console.error(
    `\n!!! ${SERVER} is not here and cannot be installed: the tests of checkpoints in Redis DID NOT RUN.\n!!! mend: apt-get install redis-server\n`,
  );
  return false;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "muster-redis-"));
  const port = await freePort();
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    child = spawn(SERVER, ["--port", String(port), "--dir", folder, "--bind", "127.0.0.1"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    await ready(child);
  };
  const stop = async (): Promise<void> => {
    const ended = child;
    child = null;
    if (ended === null) return;
    const over = new Promise((resolve) => ended.once("exit", resolve));
    ended.kill("SIGKILL");
    await over;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    hang: () => void child?.kill("SIGSTOP"),
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  for (let tries = 0; tries < 200; tries++) {
    if (said.includes("Ready to accept connections")) return;
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  throw new Error(`Redis did not start: ${said}`);
}
