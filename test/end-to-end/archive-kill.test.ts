/** A process that dies while it archives: nothing is lost, and nothing stands twice. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openArchived } from "../../src/engine/company/index.ts";
import { type Company, openCompany, type RunId } from "../../src/index.ts";
import { writeCompany } from "./papers/company.ts";

const RUNS = 60;
const KILLS = 8;
const folder = mkdtempSync(join(tmpdir(), "muster-archive-kill-"));
const archive = join(folder, ".muster", "archive");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("kill -9 during archive loses nothing and leaves nothing twice", async () => {
  writeCompany(folder);
  const runs = await played();
  let lives = 0;
  for (; lives < KILLS && !(await archived(10 + lives * 23)); lives += 1) await looked(runs);
  if (lives < 2) throw new Error("no process was killed while it archived");
  expect(await archived(null)).toBe(true);
  expect(await looked(runs)).toBe(RUNS);
}, 120_000);

async function played(): Promise<readonly RunId[]> {
  await using company = await openCompany(folder);
  const runs: RunId[] = [];
  for (let n = 0; n < RUNS; n += 1) {
    const { run } = await company.run("add", { n });
    if (run === null) throw new Error("a run was not started");
    await company.settled(run);
    runs.push(run);
  }
  return runs;
}

/** One life of a process that archives. @returns whether it came to its end */
function archived(killAfterMs: number | null): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "papers", "archiver.ts");
    const worker = spawn(process.execPath, [script, folder], {
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

/** Each run is in the log or in an archive, whole, and in one of them. @returns how many are archived */
async function looked(runs: readonly RunId[]): Promise<number> {
  await using company = await openCompany(folder, { begin: false });
  expect(readdirSync(join(archive, "pending"))).toEqual([]);
  let count = 0;
  for (const run of runs) {
    const file = company.archiveOf(run);
    const inLog = company.standing(run) !== null;
    const named = existsSync(join(archive, `${run}.run.gz`));
    expect({ run, inLog, named }).toEqual({ run, inLog: file === null, named: file !== null });
    expect({ run, hash: await hashOf(company, run) }).toEqual({ run, hash: expect.any(String) });
    if (file !== null) count += 1;
  }
  return count;
}

/** Of the last event, where all before it are as they were written. */
async function hashOf(company: Company, run: RunId): Promise<string | null> {
  const file = company.archiveOf(run);
  if (file === null) return (await company.review(run)).hash;
  await using archived = await openArchived(file, Date.now);
  return (await archived.review(run)).hash;
}
