import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { absent, type Decision, decide, type Told, waitsOf } from "../../src/core/machine/index.ts";
import { openSqlite } from "../../src/engine/store/index.ts";
import { voteAt } from "../given/vote.ts";
import { appendOf, FACTS, foldIn, PAY, runAt } from "./consume/paying.ts";

const run = promisify(execFile);
const RUNS = 12;
const PROCESSES = 4;
const AT = 1_700_000_000_000;
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-consume-"));
  const log = openSqlite(folder);
  for (let at = 0; at < RUNS; at++) {
    let now = absent(runAt(at), PAY);
    const tell = async (told: Told, by: string): Promise<void> => {
      const decision = decide(now, { ...told, at: AT, by }, FACTS) as Decision;
      if ("code" in decision) throw new Error(JSON.stringify(decision));
      await log.append([appendOf(now, decision)]);
      now = decision.run;
    };
    const start = { definition: PAY.digest, params: {}, parent: null } as const;
    await tell({ type: "start", ...start }, "rita");
    await tell({ type: "pause", why: "" }, "rita");
    const [gate] = waitsOf(now);
    await tell(voteAt(now, gate?.key ?? 0, true), "ana");
  }
  await log.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("consume-once under 4 processes", async () => {
  const child = join(import.meta.dirname, "consume", "child.ts");
  const told = await Promise.all(
    Array.from({ length: PROCESSES }, (_, me) =>
      run(process.execPath, [child, folder, String(me), String(RUNS), String(PROCESSES)]),
    ),
  );
  const used = told.map(({ stdout }) => JSON.parse(stdout) as readonly string[]);
  expect(used.flat().toSorted()).toEqual(Array.from({ length: RUNS }, (_, at) => runAt(at)));
  const log = openSqlite(folder);
  for (let at = 0; at < RUNS; at++) {
    const types = [...log.read(runAt(at) as never)].map(({ type }) => type);
    expect(types.filter((type) => type === "gate.consumed")).toHaveLength(1);
    expect(types.filter((type) => type === "attempt.started")).toHaveLength(1);
    expect(foldIn(log, runAt(at)).granted?.size).toBe(0);
  }
  await log.close();
});
