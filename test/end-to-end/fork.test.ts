import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RunId } from "../../src/core/id.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { openCompany } from "../../src/index.ts";

const TURNS = 40;
const KILLS = 8;
const KILLS_LEAST = 2;
const root = mkdtempSync(join(tmpdir(), "muster-fork-"));

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a process killed with SIGKILL while it forks, exports and imports, again and again", () => {
  test("every fork and import that was told of is there as a whole and ends as its source; each document twice is one run; missing checkpoints are made up for", async () => {
    const [folder, other] = [join(root, "here"), join(root, "there")];
    for (const each of [folder, other]) writeCompany(each);
    const told = new Set<string>();
    let kills = 0;
    for (let life = 0; life < 60; life++) {
      const isLast = kills >= KILLS;
      if (await lived({ folder, other }, isLast ? null : 10 + ((life * 37) % 60), told)) break;
      kills++;
    }
    // A fast machine is done before it was killed so often.
    expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);
    await audited(folder, other, told);
  }, 300_000);
});

type Folders = { readonly folder: string; readonly other: string };

/** One life of the worker. @returns whether it came to its end */
function lived(
  { folder, other }: Folders,
  killAfterMs: number | null,
  told: Set<string>,
): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "fork", "worker.ts");
    const worker = spawn(process.execPath, [script, folder, other, String(TURNS)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    let timer: NodeJS.Timeout | null = null;
    worker.stdout.on("data", (part) => {
      text += String(part);
      timer ??= killAfterMs === null ? null : setTimeout(() => worker.kill("SIGKILL"), killAfterMs);
    });
    worker.on("close", () => {
      if (timer !== null) clearTimeout(timer);
      for (const line of text.split("\n").slice(0, -1)) told.add(line);
      resolve(text.endsWith("settled\n"));
    });
  });
}

async function audited(folder: string, other: string, told: ReadonlySet<string>): Promise<void> {
  const named = (word: string): readonly RunId[] =>
    [...told].filter((line) => line.startsWith(word)).map((line) => line.split(" ")[1] as RunId);
  expect(named("forked")).toHaveLength(TURNS);
  // Three documents, however often each was carried.
  expect(new Set(named("imported")).size).toBe(3);
  await using company = await openCompany(folder);
  await using there = await openCompany(other);
  const [source] = company.runs({ most: 1_000 }).filter(({ stream }) => stream.startsWith("wf_r"));
  const outputs = (await company.document(source?.stream as RunId))["outputs"];
  for (const run of named("forked")) {
    expect([run, (await company.settled(run)).status]).toEqual([run, "completed"]);
    expect((await company.document(run))["outputs"]).toEqual(outputs);
    const checkpoints = (await company.checkpoints(run)) ?? [];
    expect(checkpoints.filter(({ isKept }) => !isKept)).toEqual([]);
  }
  expect(company.runs({ most: 1_000 })).toHaveLength(TURNS + 1);
  expect(there.runs({ most: 1_000 }).map(({ status }) => status)).toEqual(Array(3).fill("paused"));
  for (const run of new Set(named("imported"))) {
    await there.send(run, { type: "resume" });
    expect((await there.settled(run)).status).toBe("completed");
    expect((await there.document(run))["outputs"]).toEqual(outputs);
  }
  const [kept] = company.runs({ most: 1 });
  const file = join(folder, ".muster", "runs", kept?.stream ?? "", "checkpoints", "cp_1.json");
  expect((JSON.parse(readFileSync(file, "utf8")) as JsonObject)["kind"]).toBe("checkpoint");
}

function writeCompany(folder: string): void {
  mkdirSync(join(folder, "workflows"), { recursive: true });
  mkdirSync(join(folder, "agents"), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  write(
    "agents/adder.yaml",
    "muster: 1\nkind: function\nmodule: agents/adder.mjs\neffects: pure\nconcurrency: 64\n",
  );
  write(
    "agents/adder.mjs",
    "export async function attempt(task) {\n  return { outputs: { n: task.inputs.n + 1 } };\n}\n",
  );
  write("workflows/line.yaml", WORKFLOW);
}

const STEP = (id: string, from: string): string =>
  `  - name: ${id}\n    steps: [{ id: ${id}, agent: adder, inputs: { n: ${from} }, outputs: { n: number } }]\n`;
const WORKFLOW = `muster: 1
name: line
parameters: { n: 0 }
execution_config: { checkpoint_strategy: { interval: per_phase, storage: file } }
phases:
${STEP("a", "$params.n")}${STEP("b", "$a.n")}${STEP("c", "$b.n")}${STEP("d", "$c.n")}`;
