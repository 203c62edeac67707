import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { playCase } from "./play-case.ts";

/** Plays cases one after another and tells of each: a thread of its own, so that one that never ends can be ended. */
export type Asked = { readonly seed: number; readonly from: number; readonly to: number };
export type Told =
  | { readonly type: "begun"; readonly number: number }
  | {
      readonly type: "ended";
      readonly number: number;
      readonly end: string;
      readonly events: number;
      readonly complaints: readonly string[];
    };

const { seed, from, to } = workerData as Asked;
const folder = await mkdtemp(join(tmpdir(), "muster-fuzz-"));
/** What nobody caught, since the case began. */
let stray: string[] = [];
process.on("uncaughtException", (error) => stray.push(`uncaught: ${said(error)}`));
process.on("unhandledRejection", (reason) => stray.push(`a promise nobody heard: ${said(reason)}`));

for (let number = from; number < to; number += 1) {
  tell({ type: "begun", number });
  stray = [];
  let end = "threw";
  let events = 0;
  const complaints: string[] = [];
  try {
    const played = await playCase(`${seed}/${number}`, join(folder, "company"));
    ({ end, events } = played);
    complaints.push(...played.complaints);
  } catch (error) {
    complaints.push(`threw: ${said(error)}`);
  }
  tell({ type: "ended", number, end, events, complaints: [...complaints, ...stray] });
}
rmSync(folder, { recursive: true, force: true });

function tell(told: Told): void {
  parentPort?.postMessage(told);
}

function said(thrown: unknown): string {
  try {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  } catch {
    return "what cannot be read";
  }
}
