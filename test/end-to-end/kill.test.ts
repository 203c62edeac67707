import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RunId } from "../../src/core/id.ts";
import { openCompany } from "../../src/index.ts";
import { writeCompany } from "./kill/company.ts";

const RUNS = 1000;
const KILLS = 6;
const KILLS_LEAST = 2;
const folder = mkdtempSync(join(tmpdir(), "muster-kill-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Line = readonly [effects: string, key: string, run: string, step: string];

describe("a process killed with SIGKILL in the middle of a thousand runs, again and again", () => {
  test("loses nothing that it told, repeats only under the same key, and asks a person about what may not be repeated", async () => {
    writeCompany(folder);
    const accepted = new Map<string, string>();
    let kills = 0;
    for (let life = 0; life < 60; life++) {
      const isLast = kills >= KILLS;
      const settled = await lived(isLast ? null : 90 + ((life * 67) % 260), accepted);
      if (!settled) kills++;
      if (settled) break;
    }
    // A fast machine is done before it was killed so often.
    expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);
    expect(accepted.size).toBe(RUNS);
    await audited(accepted);
  }, 300_000);
});

/** One life of the worker. @returns whether it came to its end */
function lived(killAfterMs: number | null, accepted: Map<string, string>): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "kill", "worker.ts");
    const worker = spawn(process.execPath, [script, folder, String(RUNS)], {
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
      for (const line of text.split("\n").slice(0, -1)) {
        const [word, request = "", run = ""] = line.split(" ");
        if (word !== "accepted") continue;
        // The same request was answered with the same run, before and after each kill.
        expect(accepted.get(request) ?? run).toBe(run);
        accepted.set(request, run);
      }
      resolve(text.endsWith("settled\n"));
    });
  });
}

async function audited(accepted: ReadonlyMap<string, string>): Promise<void> {
  const ledger = readFileSync(join(folder, "ledger.txt"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const done = new Map<string, number>();
  for (const [effects, key] of ledger)
    if (effects === "ask") done.set(key, (done.get(key) ?? 0) + 1);
  expect([...done.values()].filter((times) => times > 1)).toEqual([]);
  await using company = await openCompany(folder);
  let held = 0;
  for (const run of accepted.values()) {
    const standing = company.standing(run as RunId);
    expect(standing, `${run} was accepted and is gone`).not.toBeNull();
    if (standing?.status === "completed") continue;
    const exceptions = ((await company.waiting(run as RunId)) ?? []).filter(
      (wait) => wait.kind === "exception",
    );
    expect(
      exceptions.map((wait) => wait.path),
      `${run} is ${standing?.status}`,
    ).toEqual(["write/pay"]);
    held++;
  }
  expect(company.runs({ most: 10_000 }).length).toBe(RUNS);
  const keysOfStep = new Map<string, Set<string>>();
  for (const [, key, run, step] of ledger) {
    const place = `${run} ${step}`;
    keysOfStep.set(place, (keysOfStep.get(place) ?? new Set()).add(key));
  }
  expect([...keysOfStep].filter(([, keys]) => keys.size > 1)).toEqual([]);
  process.stderr.write(`${ledger.length} effects, ${held} runs wait for a person to look\n`);
}
