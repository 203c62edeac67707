import {
  type CompanyBody,
  type CompanyState,
  companyDraftOf,
  companyEventOf,
  evolveCompany,
  NEW_COMPANY,
} from "../../core/company/index.ts";
import type { StreamId } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import type { Clock } from "../runtime/index.ts";
import type { Append, Log } from "../store/index.ts";

/** The company's own stream. */
export const COMPANY: StreamId = "company" as StreamId;

/** Times that one event is decided anew because another came first. */
const AGAIN_MOST = 100;

/** What stands in the company's own stream, folded; and the way to write there. */
export type Register = {
  /** As it is on disk. */
  readonly state: () => CompanyState;
  /**
   * Decides on what is on disk and writes what follows, one after another. Rejects with what the disk refuses.
   *
   * @param contents that the event names
   */
  readonly tell: (
    by: string,
    decide: (state: CompanyState) => CompanyBody | null,
    contents?: Append["contents"],
  ) => Promise<CompanyBody | null>;
};

/** @param isLooking another process may write: what it wrote is read each time */
export function openRegister(
  log: Pick<Log, "read" | "append">,
  clock: Clock,
  isLooking = false,
): Register {
  let folded = NEW_COMPANY;
  let isRead = false;
  const state = (): CompanyState => {
    // Every use of a tool asks: nobody else writes here while this process is at work.
    if (isRead && !isLooking) return folded;
    isRead = true;
    for (const envelope of log.read(COMPANY, folded.seq))
      folded = evolveCompany(folded, companyEventOf(envelope));
    return folded;
  };
  const wrote = (): void => {
    isRead = false;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    state,
    tell: (by, decide, contents = []) => {
      const told = last.then(() => write({ log, clock, state, contents, wrote }, by, decide));
      last = told.catch(() => {});
      return told;
    },
  };
}

type Writing = {
  readonly log: Pick<Log, "append">;
  readonly clock: Clock;
  readonly state: () => CompanyState;
  readonly contents: Append["contents"];
  /** What is on disk may be more now. */
  readonly wrote: () => void;
};

async function write(
  { log, clock, state, contents, wrote }: Writing,
  by: string,
  decide: (state: CompanyState) => CompanyBody | null,
): Promise<CompanyBody | null> {
  for (let again = 0; again < AGAIN_MOST; again += 1) {
    const before = state();
    const body = decide(before);
    if (body === null) return null;
    const event = { ...body, seq: before.seq + 1, at: clock.now(), by };
    const [written] = await log.append([
      {
        stream: COMPANY,
        after: before.seq,
        cause: null,
        events: [companyDraftOf(event)],
        contents,
        timersSet: [],
        timersEnded: [],
        listensSet: [],
        listensEnded: [],
        standing: null,
        snapshot: null,
      },
    ]);
    wrote();
    if (written?.done === true) return body;
  }
  throw new MusterError({
    code: "conflict",
    message: "Others write into the company's own stream without end.",
    mend: "Try it again in a moment.",
  });
}
