import { type Envelope, NOTHING_BEFORE } from "../../../core/audit/index.ts";
import type { Log } from "../log.ts";
import { type Decision, unpack } from "../writing/decision.ts";
import type { MemoryDisk } from "./memory.ts";

/** The events of a log in memory, one stream after another or as they were committed. */
export function eventsIn(
  disk: MemoryDisk,
  tenant: string,
): Pick<Log, "read" | "tail" | "rows" | "gone"> {
  const { streams, keys } = disk;
  return {
    rows: (after, most) => disk.decisions.filter(({ position }) => position > after).slice(0, most),
    gone: (after, most) => disk.gone.filter(({ position }) => position > after).slice(0, most),
    *read(stream, after = 0) {
      const rows = streams.get(stream)?.rows ?? [];
      for (let index = 0; index < rows.length; index += 1) {
        const row = rows[index] as Decision;
        if (row.fence + row.count <= after) continue;
        yield* unpack(row, { tenant, keys }, rows[index - 1]?.hash ?? NOTHING_BEFORE).filter(
          ({ seq }) => seq > after,
        );
      }
    },
    tail: (after, most, type) => tailOf(disk, tenant, { after, most, type }),
  };
}

function tailOf(
  { decisions, streams, keys }: MemoryDisk,
  tenant: string,
  wanted: { readonly after: number; readonly most: number; readonly type: string | undefined },
): Envelope[] {
  const { after, most, type } = wanted;
  const found: Envelope[] = [];
  const from = decisions.findLastIndex(({ position }) => position <= after) + 1;
  for (const row of decisions.slice(from, type === undefined ? from + most : undefined)) {
    const before = streams.get(row.stream)?.rows.findLast(({ fence }) => fence < row.fence);
    const events = unpack(row, { tenant, keys }, before?.hash ?? NOTHING_BEFORE);
    found.push(...events.filter(({ position }) => position > after));
  }
  return found.filter((event) => type === undefined || event.type === type).slice(0, most);
}
