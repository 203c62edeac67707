import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newDisk, openMemory, openSqlite } from "../../src/engine/store/index.ts";
import { logContract } from "./log.contract.ts";

let disk = newDisk();
logContract("in memory", {
  open: async () => openMemory({ disk }),
  async reopen(log) {
    await log.close();
    return openMemory({ disk });
  },
  async remove() {
    disk = newDisk();
  },
});

let folder = "";
logContract("on SQLite", {
  async open() {
    if (folder === "") folder = mkdtempSync(join(tmpdir(), "muster-log-"));
    return openSqlite(folder);
  },
  async reopen(log) {
    await log.close();
    return openSqlite(folder);
  },
  async remove() {
    rmSync(folder, { recursive: true, force: true });
    folder = "";
  },
});
