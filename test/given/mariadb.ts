import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { freePort } from "./free-port.ts";

const SERVER = "/usr/sbin/mariadbd";
const INSTALLER = "/usr/bin/mariadb-install-db";
const STARTS_MOST = 400;

/** A real MariaDB on a free port, with its data in a folder of its own. */
export type MariadbServer = AsyncDisposable & {
  readonly url: string;
  readonly run: (sql: string) => Promise<readonly object[]>;
  readonly stop: () => Promise<void>;
};

/**
 * Whether MariaDB can be run here: Debian's package, put in where it is missing and this user may. Where
 * it cannot, that is said loudly: the tests that need it did not run.
 */
export function hasMariadb(): boolean {
  if (existsSync(SERVER)) return true;
  if (process.getuid?.() === 0) {
    try {
      execFileSync("apt-get", ["install", "-y", "--no-install-recommends", "mariadb-server"], {
        stdio: "ignore",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    } catch {
      // Said below.
    }
  }
  if (existsSync(SERVER)) return true;
  console.error(
    `\n!!! ${SERVER} is not here and cannot be installed: the tests of MySQL and MariaDB DID NOT RUN.\n!!! mend: apt-get install mariadb-server\n`,
  );
  return false;
}

export async function startMariadb(): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), "muster-mariadb-"));
  const data = join(folder, "data");
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  const made = spawnSync(
    INSTALLER,
    ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", ...user],
    { encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`MariaDB has no data: ${made.stdout}${made.stderr}`);
  const port = await freePort();
  const child = spawn(
    SERVER,
    [
      "--no-defaults",
      `--datadir=${data}`,
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      "--innodb-flush-log-at-trx-commit=0",
      ...user,
    ],
    { stdio: "ignore" },
  );
  const at = (database: string) => `mysql://root@127.0.0.1:${port}/${database}`;
  const runAt = async (url: string, sql: string): Promise<readonly object[]> => {
    const connection = await createConnection({ uri: url, multipleStatements: true });
    try {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? (rows as object[]) : [];
    } finally {
      await connection.end();
    }
  };
  for (let tries = 0; ; tries++) {
    try {
      await runAt(at(""), "create database if not exists shop");
      break;
    } catch (thrown) {
      if (tries > STARTS_MOST || child.exitCode !== null)
        throw new Error("MariaDB did not start.", { cause: thrown });
      await sleep(50);
    }
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const over = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await over;
  };
  return {
    url: at("shop"),
    run: (sql) => runAt(at("shop"), sql),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
