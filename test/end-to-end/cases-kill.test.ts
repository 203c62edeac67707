/**
 * A process that dies while it takes requests in, starts their runs, tells runs what was written and
 * hears what they say: no request is lost, and nothing is begun, told or noted twice.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { verifyStream } from "../../src/core/audit/index.ts";
import { observeSqlite, sha256 } from "../../src/engine/store/index.ts";
import { openCompany } from "../../src/index.ts";
import { deedsIn, writeCompany } from "./cases/company.ts";

const ORDERS = 25;
const KILLS = 6;
const root = mkdtempSync(join(tmpdir(), "muster-cases-kill-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("M1 kill -9 between a request and its run, and between a run's end and its case, loses nothing and does nothing twice", async () => {
  const folder = join(root, "killed");
  writeCompany(folder);
  let lives = 0;
  for (; lives < KILLS && !(await lived(folder, 5 + lives * 90)); lives += 1);
  expect(lives).toBeGreaterThan(1);
  expect(await lived(folder, null)).toBe(true);
  await looked(folder);
}, 120_000);

test("M2 what two processes bring at the same moment is one request, in one case", async () => {
  const folder = join(root, "twice");
  writeCompany(folder);
  expect(await Promise.all([lived(folder, null), lived(folder, null)])).toEqual([true, true]);
  await looked(folder);
}, 120_000);

async function looked(folder: string): Promise<void> {
  const orders = Array.from({ length: ORDERS }, (_, at) => `${at}`);
  const wanted = orders.flatMap((order) => [`${order} look`, `${order} pay-${order}`]);
  expect(deedsIn(folder)).toEqual(wanted.toSorted());
  await lookedInto(folder);
}

/** One life of a process. @returns whether it came to its end */
function lived(folder: string, killAfterMs: number | null): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "cases", "worker.ts");
    const worker = spawn(process.execPath, [script, folder, String(ORDERS)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    worker.stdout.on("data", (part) => {
      said += String(part);
      if (killAfterMs !== null && said === "begun\n")
        setTimeout(() => worker.kill("SIGKILL"), killAfterMs);
    });
    worker.on("close", () => resolve(said.endsWith("done\n")));
  });
}

async function lookedInto(folder: string): Promise<void> {
  await using company = await openCompany(folder, { perform: false });
  const cases = company.cases({ most: 1_000 });
  expect(cases).toHaveLength(ORDERS);
  expect(company.runs({ most: 1_000 })).toHaveLength(ORDERS);
  const { verdict } = await company.audit();
  expect(verdict).toMatchObject({ ok: true, wrong: [] });
  const log = observeSqlite(folder);
  for (const { case: id } of cases) {
    const now = company.case(id);
    expect(now).toMatchObject({ outcome: "completed", issues: [], unread: [], unpassed: [] });
    expect(now?.requests).toHaveLength(1);
    expect(now?.conversation).toHaveLength(1);
    expect(now?.runs).toMatchObject([{ status: "completed" }]);
    expect(verifyStream(log.read(id), sha256)).toMatchObject({ ok: true });
    const types = [...log.read(id)].map(({ type }) => type);
    for (const once of ["run.begun", "run.started", "run.ended", "message.passed", "case.closed"])
      expect([id, once, types.filter((type) => type === once).length]).toEqual([id, once, 1]);
  }
  await log.close();
}
