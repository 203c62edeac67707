import type { StreamId } from "../../../core/id.ts";
import type { Keyring } from "../../sealing/index.ts";
import type { Log, NewStanding, Standing, StandingFilter } from "../log.ts";
import { tallied } from "../standing.ts";
import { openedNote } from "../writing/sealed.ts";

/** What is kept of a stream beside its events. */
type Listed = {
  readonly stream: StreamId;
  readonly thread: { readonly seq: number };
  readonly standing: NewStanding | null;
  readonly updatedAt: number;
};

type Disk = { readonly streams: ReadonlyMap<StreamId, Listed>; readonly keys: Keyring };

function standingOf(kept: Listed | null, keys: Keyring): Standing | null {
  if (kept === null || kept.standing === null) return null;
  const { stream, standing, thread, updatedAt } = kept;
  const note = openedNote(standing.note, stream, keys);
  return { ...standing, note, stream, seq: thread.seq, updatedAt: updatedAt || standing.startedAt };
}

export function standingsIn(disk: Disk): Pick<Log, "standings" | "standing" | "tally"> {
  const { streams, keys } = disk;
  return {
    standings: (filter) => standingsOf(disk, filter),
    standing: (stream) => standingOf(streams.get(stream) ?? null, keys),
    tally: () =>
      tallied(
        [...streams.values()]
          .flatMap((kept) => standingOf(kept, keys) ?? [])
          .filter(({ kind }) => kind === undefined),
      ),
  };
}

function standingsOf({ streams, keys }: Disk, filter: StandingFilter): Standing[] {
  const { status, workflow, parent, most, offset = 0, kind, unsettled = false } = filter;
  return [...streams.values()]
    .toReversed()
    .flatMap((kept) => standingOf(kept, keys) ?? [])
    .filter((standing) => standing.kind === kind && (standing.unsettled || !unsettled))
    .filter((standing) => status === undefined || status.includes(standing.status))
    .filter((standing) => workflow === undefined || standing.workflow === workflow)
    .filter((standing) => parent === undefined || standing.parent === parent)
    .slice(offset, offset + most);
}
