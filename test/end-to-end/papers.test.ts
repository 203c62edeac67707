/** The files that each run leaves in `.muster/runs`, also where the process that ended it is no more. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseRunId } from "../../src/core/id.ts";
import { openCompany } from "../../src/index.ts";
import { writeCompany } from "./papers/company.ts";

const NAMES = ["final.json", "metrics.prom", "outputs.json", "run.log"];
const LOOKS_MOST = 400;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-papers-"));
  writeCompany(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const paper = (run: string, name: string): string =>
  readFileSync(join(folder, ".muster", "runs", run, name), "utf8");

describe("the files of a run", () => {
  test("Outputs: workflow results, state, execution log and metrics stand in its folder, for the owner alone", async () => {
    await using company = await openCompany(folder);
    const { run } = await company.run("add", { n: 4 });
    if (run === null) throw new Error("the run was not started");
    await company.settled(run);
    const { outputs } = await company.summary(run);
    expect(Object.values(outputs ?? {}).every((file) => existsSync(file))).toBe(true);
    expect(readdirSync(join(folder, ".muster", "runs", run)).sort()).toEqual(NAMES);
    expect(JSON.parse(paper(run, "outputs.json"))).toEqual({ n: 6 });
    expect(JSON.parse(paper(run, "final.json"))).toMatchObject({
      workflow_id: run,
      status: "completed",
      summary: { steps_completed: { done: 2, of: 2 } },
    });
    expect(paper(run, "run.log")).toMatch(/^\S+Z 1 run\.accepted - human:library /);
    expect(paper(run, "run.log").trim().split("\n")).toHaveLength(company.standing(run)?.seq ?? 0);
    expect(paper(run, "metrics.prom")).toContain(
      `muster_run_work_done{run="${run}",workflow="add"} 2\n`,
    );
    expect(statSync(join(folder, ".muster", "runs", run, "run.log")).mode & 0o077).toBe(0);
  });

  test("the summary in final.json is as its schema says", async () => {
    await using company = await openCompany(folder);
    const { run } = await company.run("add");
    if (run === null) throw new Error("the run was not started");
    await company.settled(run);
    await company.summary(run);
    const schema = JSON.parse(readFileSync("schema/run-summary.schema.json", "utf8")) as object;
    const validate = new Ajv2020().compile(schema);
    const { summary } = JSON.parse(paper(run, "final.json")) as { readonly summary: object };
    expect([validate(summary), validate.errors]).toEqual([true, null]);
  });

  test("after kill -9 the next process writes what is missing, and only whole files stand there", async () => {
    const script = join(import.meta.dirname, "papers", "worker.ts");
    const { stdout, signal } = spawnSync(process.execPath, [script, folder, "60"], {
      encoding: "utf8",
    });
    expect(signal).toBe("SIGKILL");
    const runs = stdout.trim().split("\n");
    expect(runs).toHaveLength(60);
    const missing = (): readonly string[] =>
      runs.filter((run) => !existsSync(join(folder, ".muster", "runs", run, "metrics.prom")));
    expect(missing().length).toBeGreaterThan(0);
    await using _company = await openCompany(folder);
    for (let looks = 0; missing().length > 0 && looks < LOOKS_MOST; looks += 1) await sleep(25);
    expect(missing()).toEqual([]);
    for (const run of runs) {
      expect(parseRunId(run)).not.toBeNull();
      expect(JSON.parse(paper(run, "final.json"))).toMatchObject({ status: "completed" });
      expect(readdirSync(join(folder, ".muster", "runs", run)).sort()).toEqual(NAMES);
    }
  });
});
