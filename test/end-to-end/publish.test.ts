import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openCompany, type RunId } from "../../src/index.ts";
import { writeCompany } from "./publish/company.ts";

const ORDERS = 1_000;
const KILLS = 6;
const KILLS_LEAST = 2;
const folder = mkdtempSync(join(tmpdir(), "muster-publish-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a process killed with SIGKILL while events are published, again and again", () => {
  test("M1 loses no event that was kept: each run takes its two, in their order, each once", async () => {
    writeCompany(folder);
    const kept = new Set<string>();
    let kills = 0;
    for (let life = 0; life < 40; life += 1) {
      const isSettled = await lived(kills < KILLS ? 40 + ((life * 53) % 170) : null, kept);
      if (isSettled) break;
      kills += 1;
    }
    // A fast machine is done before it was killed so often.
    expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);
    expect(kept.size).toBe(2 * ORDERS);
    await using company = await openCompany(folder, { perform: false });
    const standings = company.runs({ most: 10_000 });
    expect(standings).toHaveLength(ORDERS);
    for (const { stream, status } of standings) {
      const numbers: unknown[] = [];
      const positions: number[] = [];
      for await (const { type, step, data } of company.events(stream as RunId)) {
        if (type === "listen.ended") positions.push(Number(data["position"]));
        if (type === "step.finished" && (step === "first" || step === "second"))
          numbers.push(company.read(data["output"] as { value: null }));
      }
      expect(status).toBe("completed");
      expect(numbers).toEqual([{ number: 1 }, { number: 2 }]);
      expect(positions[1]).toBeGreaterThan(positions[0] ?? Infinity);
    }
  }, 300_000);
});

/** One life of the worker. @returns whether it came to its end */
function lived(killAfterMs: number | null, kept: Set<string>): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "publish", "worker.ts");
    const worker = spawn(process.execPath, [script, folder, String(ORDERS)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    worker.stdin.on("error", () => undefined);
    worker.stdin.end([...kept].join("\n"));
    let text = "";
    let timer: NodeJS.Timeout | null = null;
    worker.stdout.on("data", (part) => {
      text += String(part);
      timer ??= killAfterMs === null ? null : setTimeout(() => worker.kill("SIGKILL"), killAfterMs);
    });
    worker.on("close", () => {
      if (timer !== null) clearTimeout(timer);
      for (const line of text.split("\n").slice(0, -1))
        if (line.startsWith("order-")) kept.add(line);
      resolve(text.endsWith("settled\n"));
    });
  });
}
