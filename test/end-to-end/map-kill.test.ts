/** A process that dies while it publishes one map after another: what is in force is whole, and runs name it. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Company, openCompany, type RunId } from "../../src/index.ts";
import { writeCompany, writeMap } from "./map/maps.ts";

const KILLS = 8;
const MAPS_MOST = 100_000;
const folder = mkdtempSync(join(tmpdir(), "muster-map-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Life = { readonly published: number; readonly runs: ReadonlyMap<string, readonly number[]> };

test("kill -9 while a map is published: the old one or the new one is in force, whole, and each run names the one it began by", async () => {
  writeCompany(folder);
  writeMap(folder, 0);
  const runs = new Map<string, readonly number[]>();
  let last = 0;
  let inMiddle = 0;
  for (let life = 0; life < KILLS; life += 1) {
    const lived = await published(last + 1, (life * 37) % 200);
    for (const [run, under] of lived.runs) runs.set(run, under);
    const found = await looked(runs);
    expect(found).toBeGreaterThanOrEqual(lived.published);
    if (found > lived.published) inMiddle += 1;
    last = Math.max(found, lived.published, last);
  }
  expect(last).toBeGreaterThanOrEqual(KILLS);
  process.stderr.write(`${last} maps, ${runs.size} runs, ${inMiddle} kills before the answer\n`);
}, 300_000);

/** One life of a process that publishes. */
function published(from: number, killAfterMs: number): Promise<Life> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "map", "publisher.ts");
    const args = [script, folder, String(from), String(MAPS_MOST)];
    const worker = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    let isTimed = false;
    worker.stdout.on("data", (part) => {
      said += String(part);
      if (isTimed || !said.includes("published")) return;
      isTimed = true;
      setTimeout(() => worker.kill("SIGKILL"), killAfterMs);
    });
    worker.on("close", () => {
      const lines = said.split("\n").slice(0, -1);
      const last = lines.findLast((line) => line.startsWith("published "));
      const runs = lines.flatMap((line) => {
        const [word, run = "", ...under] = line.split(" ");
        return word === "run" ? [[run, under.map(Number)] as const] : [];
      });
      resolve({ published: Number(last?.split(" ")[1] ?? 0), runs: new Map(runs) });
    });
  });
}

/** @returns the number of the map in force; each that was published is whole */
async function looked(runs: ReadonlyMap<string, readonly number[]>): Promise<number> {
  await using company = await openCompany(folder);
  const numbers = new Map<string, number>();
  const versions = await company.mapVersions();
  expect(versions.map(({ version }) => version)).toEqual(versions.map((_, at) => at + 1));
  for (const { digest, version } of versions) {
    const content = JSON.stringify(company.read({ digest }));
    const marks = new Set([...content.matchAll(/map (\d+)/g)].map(([, n]) => Number(n)));
    expect([...marks]).toHaveLength(1);
    for (const file of ["map.yaml", "people.yaml", "calendar.yaml", "letter.md"])
      expect(content).toContain(file);
    numbers.set(digest, [...marks][0] ?? -1);
    expect(await company.mapDifferences(version, version)).toEqual({ differences: [] });
  }
  for (const [run, under] of runs) expect(under).toContain(numbers.get(await mapOf(company, run)));
  expect((await company.audit()).verdict).toMatchObject({ ok: true, wrong: [] });
  return numbers.get(versions.at(-1)?.digest ?? "") ?? 0;
}

async function mapOf(company: Company, run: string): Promise<string> {
  for await (const { type, data } of company.events(run as RunId))
    if (type === "run.accepted" && typeof data["map"] === "string") return data["map"];
  return "none";
}
