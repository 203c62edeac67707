import {
  type CaseTold,
  maySay,
  type RunReading,
  type RunSaid,
  saidBy,
} from "../../core/cases/index.ts";
import type { CaseId, RunId } from "../../core/id.ts";
import { eventOf } from "../../core/machine/index.ts";
import type { Log } from "../store/index.ts";
import type { CaseLog } from "./case-log.ts";

/** Reads what runs say to their cases, in their own events, each from where its case has heard it. */
export type Ear = {
  /** From now on what the run says is heard; what it has said so far is read now. */
  readonly follow: (id: CaseId, run: RunId) => void;
  /** It has ended. */
  readonly forget: (run: RunId) => void;
  /** It may have said something. */
  readonly spoke: (run: RunId) => void;
  /** Whether any run is followed at all. */
  readonly listens: () => boolean;
};

export type EarShell = {
  readonly cases: CaseLog;
  readonly log: Pick<Log, "read">;
  /** How a run is read; null: it is not there. */
  readonly reading: (run: RunId) => RunReading | null;
  readonly tell: (id: CaseId, told: CaseTold) => Promise<unknown>;
  /** Does it, and again later where the disk refuses. */
  readonly inHand: (name: string, work: () => Promise<void>) => void;
  readonly isClosed: () => boolean;
};

type Followed = {
  readonly id: CaseId;
  /** Up to where it was read, also where it said nothing. */
  read: number;
  /** It is being read; and it has spoken since that began. */
  isRead: boolean;
  isDue: boolean;
};

export function openEar(shell: EarShell): Ear {
  const followed = new Map<RunId, Followed>();
  let times = 0;
  const spoke = (run: RunId): void => {
    const one = followed.get(run);
    if (one === undefined) return;
    one.isDue = true;
    times += 1;
    if (!one.isRead) shell.inHand(`hear ${run} ${times}`, () => readOn(shell, run, one));
  };
  return {
    follow: (id, run) => {
      if (followed.has(run)) return;
      followed.set(run, { id, read: 0, isRead: false, isDue: false });
      spoke(run);
    },
    forget: (run) => void followed.delete(run),
    spoke,
    listens: () => followed.size > 0,
  };
}

/** Once for all that was said until it is read; on as long as more is said. */
async function readOn(shell: EarShell, run: RunId, one: Followed): Promise<void> {
  if (one.isRead) return;
  one.isRead = true;
  try {
    while (one.isDue && !shell.isClosed()) {
      one.isDue = false;
      // All that is said in this turn of the event loop is one decision.
      await Promise.resolve();
      await hear(shell, run, one);
    }
  } catch (error) {
    one.isDue = true;
    throw error;
  } finally {
    one.isRead = false;
  }
}

async function hear(shell: EarShell, run: RunId, one: Followed): Promise<void> {
  const now = shell.cases.get(one.id);
  const known = now?.runs.find((each) => each.run === run);
  const reading = shell.reading(run);
  if (now === null || known === undefined || reading === null) return;
  const said: RunSaid[] = [];
  let seq = Math.max(known.heard, one.read);
  for (const envelope of shell.log.read(run, seq)) {
    seq = envelope.seq;
    if (maySay(envelope.type)) said.push(...saidBy(eventOf(envelope), reading));
  }
  if (said.some((each) => isNews(each, run, now.waits)))
    await shell.tell(one.id, { type: "heard", run, seq, said });
  one.read = seq;
}

type Waits = readonly { readonly run: RunId; readonly path: string; readonly key: number }[];

/** Most steps that end are none that the case waited with. */
function isNews(said: RunSaid, run: RunId, waits: Waits): boolean {
  if (said.kind !== "goes on" || said.position !== undefined) return true;
  return waits.some(
    (wait) => wait.run === run && (wait.path === said.path || wait.key === said.key),
  );
}
