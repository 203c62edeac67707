/** The thread that writes: it is given batches, seals and writes them, and says what became of each. */
import { parentPort, workerData } from "node:worker_threads";
import type { StreamId } from "../../core/id.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import { openArtifacts } from "../artifacts/index.ts";
import { connect, tune } from "./connection.ts";
import { answersAsNumbers, takeOver } from "./hand-over.ts";
import type { NewPublished, PublishedAt } from "./log.ts";
import { openPublisher } from "./publisher.ts";
import { refusal } from "./refusal.ts";
import type { Retention } from "./retention.ts";
import { openWriter } from "./writer.ts";

export type ThreadSetting = {
  readonly path: string;
  readonly tenant: string;
  readonly artifacts: string;
  readonly retention: Retention;
};

export type Order =
  /** `stale`: streams that the other thread wrote to since; null: any. */
  | { readonly type: "append"; readonly text: string; readonly stale: readonly StreamId[] | null }
  | { readonly type: "publish"; readonly batch: readonly NewPublished[] }
  | { readonly type: "close" };

/** To each order, in order, but for `close`, which the thread's end answers. */
export type Reply =
  | {
      readonly done: true;
      readonly appended: Float64Array<ArrayBuffer>;
      readonly published: readonly PublishedAt[];
    }
  | { readonly done: false; readonly problem: Problem };

const port = parentPort;
if (port !== null) serve(port, workerData as ThreadSetting);

function serve(to: NonNullable<typeof parentPort>, setting: ThreadSetting): void {
  const database = connect(setting.path);
  tune(database);
  const artifacts = openArtifacts(setting.artifacts);
  const writer = openWriter(database, { tenant: setting.tenant, artifacts });
  const publish = openPublisher(database, setting.retention);
  to.on("message", (order: Order) => {
    if (order.type !== "close") return to.postMessage(replyTo(order));
    database.close();
    to.close();
  });
  to.postMessage("ready");

  function replyTo(order: Exclude<Order, { readonly type: "close" }>): Reply {
    try {
      if (order.type === "publish")
        return { done: true, appended: NONE, published: publish(order.batch) };
      if (order.stale === null || order.stale.length > 0) writer.forget(order.stale);
      const appended = answersAsNumbers(writer.write(takeOver(order.text)));
      return { done: true, appended, published: [] };
    } catch (error) {
      const { code, message, mend } = refused(error);
      return { done: false, problem: { code, message, ...(mend ? { mend } : {}) } };
    }
  }
}

const NONE = new Float64Array(0);

function refused(error: unknown): MusterError {
  return error instanceof MusterError ? error : refusal(error, "The log could not be written");
}
