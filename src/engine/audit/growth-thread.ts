/** The thread that reads on in the log and grows its tree: it writes nothing, and remembers nothing. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Frontier } from "../../core/audit/index.ts";
import type { Problem } from "../../core/problem.ts";
import { refusal } from "../refusal.ts";
import { lookIntoSqlite } from "../store/index.ts";
import { type Growth, grown } from "./growth.ts";

/** The company's folder. */
export type GrowthSetting = { readonly company: string };

/** To each frontier, in order. */
export type GrowthReply =
  | { readonly done: true; readonly growth: Growth }
  | { readonly done: false; readonly problem: Problem };

const port = parentPort;
if (port !== null) serve(port, workerData as GrowthSetting);

function serve(to: MessagePort, setting: GrowthSetting): void {
  to.on("message", (from: Frontier) => {
    void replyTo(from, setting).then((reply) => to.postMessage(reply));
  });
}

/** Opened for each: what it reads may be swept, moved and made smaller between two of them. */
async function replyTo(from: Frontier, { company }: GrowthSetting): Promise<GrowthReply> {
  try {
    const log = lookIntoSqlite(company);
    if (log === null) throw new Error(`There is no log in ${company}.`);
    try {
      return { done: true, growth: grown(log, from) };
    } finally {
      await log.close();
    }
  } catch (error) {
    const { code, message, mend } = refusal(error, "The log could not be read");
    return { done: false, problem: { code, message, ...(mend ? { mend } : {}) } };
  }
}
