import type { StreamId } from "../../core/id.ts";
import type { Log, NewStanding, Standing, StandingFilter } from "./log.ts";
import { tallied } from "./standing.ts";

/** What is kept of a stream beside its events. */
type Listed = {
  readonly stream: StreamId;
  readonly thread: { readonly seq: number };
  readonly standing: NewStanding | null;
  readonly updatedAt: number;
};

type Disk = { readonly streams: ReadonlyMap<StreamId, Listed> };

function standingOf(kept: Listed | null): Standing | null {
  if (kept === null || kept.standing === null) return null;
  const { stream, standing, thread, updatedAt } = kept;
  return { ...standing, stream, seq: thread.seq, updatedAt: updatedAt || standing.startedAt };
}

export function standingsIn(disk: Disk): Pick<Log, "standings" | "standing" | "tally"> {
  const { streams } = disk;
  return {
    standings: (filter) => standingsOf(disk, filter),
    standing: (stream) => standingOf(streams.get(stream) ?? null),
    tally: () =>
      tallied(
        [...streams.values()]
          .flatMap((kept) => standingOf(kept) ?? [])
          .filter(({ kind }) => kind === undefined),
      ),
  };
}

function standingsOf({ streams }: Disk, filter: StandingFilter): Standing[] {
  const { status, workflow, parent, most, offset = 0, kind, unsettled = false } = filter;
  return [...streams.values()]
    .toReversed()
    .flatMap((kept) => standingOf(kept) ?? [])
    .filter((standing) => standing.kind === kind && (standing.unsettled || !unsettled))
    .filter((standing) => status === undefined || status.includes(standing.status))
    .filter((standing) => workflow === undefined || standing.workflow === workflow)
    .filter((standing) => parent === undefined || standing.parent === parent)
    .slice(offset, offset + most);
}
