/**
 * A process that appends to a folder's log without end, and says on its standard output what was
 * acknowledged: `<stream> <seq>` for each, one line a batch. Its parent kills it. With "handed-over"
 * a thread of its own writes.
 */
import { writeSync } from "node:fs";
import { openSqlite } from "../../src/engine/store/index.ts";
import { append, digestOf, run, standing } from "./appends.ts";

const STREAMS = 20;
const isHandedOver = process.argv[3] === "handed-over";
const ready = Promise.withResolvers<void>();
const thread = { from: 0, ready: ready.resolve };
const log = openSqlite(process.argv[2] ?? "", isHandedOver ? { thread } : {});
if (isHandedOver) await ready.promise;
const ends = Array.from({ length: STREAMS }, (_, index) => {
  const stream = run(`stream${index}`);
  return { stream, seq: log.standing(stream)?.seq ?? 0 };
});
writeSync(1, "open\n");
for (let round = 0; ; round += 1) {
  const batch = ends
    .filter((_, index) => (index + round) % 3 !== 0)
    .map(({ stream, seq }, index) => {
      const text = JSON.stringify({ round, text: "x".repeat(index === 0 ? 270_000 : 50) });
      return append(stream, seq, {
        count: 1 + ((round + index) % 4),
        cause: `${process.pid}-${round}`,
        standing: standing({ done: round }),
        contents: round % 10 === 0 ? [[digestOf(text), text]] : [],
        timersSet: [{ key: seq + 1, due: seq }],
      });
    });
  const answers = await log.append(batch);
  const told = batch.map(({ stream, after, events }, index) => {
    if (answers[index]?.done !== true) throw new Error(`${stream} was refused at ${after}`);
    const end = ends.find((each) => each.stream === stream);
    if (end !== undefined) end.seq = after + events.length;
    return `${stream} ${after + events.length}`;
  });
  writeSync(1, `${told.join(",")}\n`);
}
