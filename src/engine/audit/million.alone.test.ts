import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verifyAll, writeLog } from "../../../bench/audited.ts";

/** MUSTER_EVENTS=1000000 writes and goes through a million; `npm run bench` does so each time. */
const EVENTS = Number(process.env["MUSTER_EVENTS"] ?? 30_000);
/** Of the processor, so that a machine with other work says the same. */
const MILLION_MOST_MS = 30_000;

test("1 M events verify < 30 s", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-million-"));
  try {
    await writeLog(folder, EVENTS);
    const before = process.cpuUsage();
    expect(await verifyAll(folder)).toBe(EVENTS);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan((MILLION_MOST_MS * EVENTS) / 1_000_000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
