import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Log,
  newDisk,
  openMemory,
  openSqlite,
  type SqliteOptions,
} from "../../src/engine/store/index.ts";
import { type Harness, logContract } from "./log.contract.ts";
import { namesContract } from "./names.contract.ts";
import { publishedContract } from "./published.contract.ts";
import { putContract } from "./put.contract.ts";
import { sealedContract } from "./sealed.contract.ts";

let disk = newDisk();
const memory: Harness = {
  open: async (retention) => openMemory({ disk, ...(retention ? { retention } : {}) }),
  async reopen(log) {
    await log.close();
    return openMemory({ disk });
  },
  async remove() {
    disk = newDisk();
  },
};

let folder = "";
const sqlite: Harness = {
  async open(retention) {
    if (folder === "") folder = mkdtempSync(join(tmpdir(), "muster-log-"));
    return openSqlite(folder, retention ? { retention } : {});
  },
  async reopen(log) {
    await log.close();
    return openSqlite(folder);
  },
  async remove() {
    rmSync(folder, { recursive: true, force: true });
    folder = "";
  },
};

/** All is handed over, from the first batch on. */
const threaded: Harness = {
  open: (retention) => begun(retention ? { retention } : {}),
  async reopen(log) {
    await log.close();
    return begun({});
  },
  remove: sqlite.remove,
};

function begun(options: SqliteOptions): Promise<Log> {
  if (folder === "") folder = mkdtempSync(join(tmpdir(), "muster-log-"));
  return new Promise((resolve) => {
    const log = openSqlite(folder, { ...options, thread: { from: 0, ready: () => resolve(log) } });
  });
}

for (const contract of [
  logContract,
  publishedContract,
  putContract,
  namesContract,
  sealedContract,
]) {
  contract("in memory", memory);
  contract("on SQLite", sqlite);
  contract("on SQLite, by a thread of its own", threaded);
}
