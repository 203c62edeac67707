/** The thread that writes: it is given batches, seals and writes them, and says what became of each. */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import type { StreamId } from "../../../core/id.ts";
import type { Problem } from "../../../core/problem.ts";
import { openArtifacts } from "../../artifacts/index.ts";
import { refusal } from "../../refusal.ts";
import { openKeyring } from "../../sealing/index.ts";
import { connect, tune } from "../folder/connection.ts";
import type { Retention } from "../keeping/retention.ts";
import type { Appended, NewPublished, PublishedAt } from "../log.ts";
import { answersAsNumbers, takeOver } from "./hand-over.ts";
import { openPublisher, type Publisher } from "./publisher.ts";
import { openWriter, type Writer } from "./writer.ts";

export type ThreadSetting = {
  readonly path: string;
  readonly tenant: string;
  readonly artifacts: string;
  readonly retention: Retention;
  /** The state folder, where the keys of subjects are. */
  readonly state: string;
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

type AppendOrder = Extract<Order, { readonly type: "append" }>;
type Own = { readonly writer: Writer; readonly publish: Publisher };

const port = parentPort;
if (port !== null) serve(port, workerData as ThreadSetting);

function serve(to: MessagePort, setting: ThreadSetting): void {
  const database = connect(setting.path);
  tune(database);
  const artifacts = openArtifacts(setting.artifacts);
  const keys = openKeyring(setting.state, true);
  const writer = openWriter(database, { tenant: setting.tenant, artifacts, keys });
  const own = { writer, publish: openPublisher(database, setting.retention) };
  to.on("message", (first: Order) => {
    const orders = [first, ...waitingAt(to)];
    for (let at = 0; at < orders.length; ) {
      const appends = appendsFrom(orders, at);
      for (const reply of written(own, appends)) to.postMessage(reply);
      at += appends.length;
      const order = orders[at];
      if (order?.type === "publish") to.postMessage(replyTo(() => published(own, order.batch)));
      if (order?.type === "close") {
        keys.close();
        database.close();
        to.close();
      }
      at += 1;
    }
  });
  to.postMessage("ready");
}

/** What has come while the last was written. */
function waitingAt(from: MessagePort): Order[] {
  const orders: Order[] = [];
  for (let next = receiveMessageOnPort(from); next; next = receiveMessageOnPort(from))
    orders.push(next.message as Order);
  return orders;
}

function appendsFrom(orders: readonly Order[], from: number): readonly AppendOrder[] {
  const appends: AppendOrder[] = [];
  for (const order of orders.slice(from)) {
    if (order.type !== "append") break;
    appends.push(order);
  }
  return appends;
}

/** All that wait in one transaction. Where it cannot be, each in one of its own, so that none fails for another. */
function written({ writer }: Own, orders: readonly AppendOrder[]): readonly Reply[] {
  for (const { stale } of orders) if (stale === null || stale.length > 0) writer.forget(stale);
  if (orders.length > 1) {
    try {
      const batches = orders.map(({ text }) => takeOver(text));
      const answers = writer.write(batches.flat());
      let at = 0;
      return batches.map(({ length }) => {
        at += length;
        return appended(answers.slice(at - length, at));
      });
    } catch {
      // Told below, by each for itself.
    }
  }
  return orders.map(({ text }) => replyTo(() => appended(writer.write(takeOver(text)))));
}

function appended(answers: readonly Appended[]): Reply {
  return { done: true, appended: answersAsNumbers(answers), published: [] };
}

function published({ publish }: Own, batch: readonly NewPublished[]): Reply {
  return { done: true, appended: NONE, published: publish(batch) };
}

const NONE = new Float64Array(0);

function replyTo(act: () => Reply): Reply {
  try {
    return act();
  } catch (error) {
    const { code, message, mend } = refusal(error, "The log could not be written");
    return { done: false, problem: { code, message, ...(mend ? { mend } : {}) } };
  }
}
