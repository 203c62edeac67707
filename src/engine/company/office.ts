import type { Overlay } from "../../core/definition/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import type { Archiver } from "../archive/index.ts";
import type { Checkpointer } from "../audit/index.ts";
import type { CheckpointReader } from "../checkpoints/index.ts";
import type { RunFilesReader } from "../run-files/index.ts";
import type { Clock, Runtime } from "../runtime/index.ts";
import type { Log } from "../store/index.ts";
import type { CaseRoom } from "./cases/case-room.ts";
import type { OpenedDesk } from "./files/file-desk.ts";
import type { Library } from "./files/library.ts";
import type { Desk } from "./map/desk.ts";
import type { Maps } from "./map/maps.ts";
import type { Readers } from "./readers.ts";
import type { Register } from "./register.ts";
import type { Ready } from "./staff/readiness.ts";
import type { Staff } from "./staff/staff.ts";

/** All that a company's verbs share. */
export type Office = {
  readonly folder: string;
  /** Nothing is performed or told here. */
  readonly isLooking: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly library: Library;
  /** What agents may do, as it is in force and as the files are. */
  readonly maps: Maps;
  /** Where uses of tools are judged and performed. */
  readonly desk: Desk;
  /** What a run is started of, looked at before it is. */
  readonly ready: (nameOrFile: string, overlay?: Overlay) => Promise<Ready>;
  readonly runtime: Runtime;
  readonly cases: CaseRoom;
  /** Files, as they are. */
  readonly fileDesk: OpenedDesk;
  /** What was told to the company itself. */
  readonly register: Register;
  /** The papers of ended runs; null where none are written: in memory, or where one only looks. */
  readonly files: RunFilesReader | null;
  readonly readers: Readers;
  /** Takes ended runs out of the log; null in memory, or where one only looks. */
  readonly archiver: Archiver | null;
  /** Ends what keeps to the company's retention. */
  readonly endRetaining: () => Promise<void>;
  /** Ends what holds the process to the limit of the company's map. */
  readonly endGoverning: () => void;
  /** Who keeps checkpoints, or only looks at those that are kept; null in memory. */
  readonly checkpoints: CheckpointReader | null;
  /** Signs what the log holds; null in memory, or where nothing is begun. */
  readonly checkpointer: Checkpointer | null;
  /** Opened when it is first needed. */
  readonly staff: () => Promise<Staff>;
};

export const LOOKING: Problem = {
  code: "not-allowed",
  message: "This company was opened only to look at; nothing can be told to its runs.",
  mend: "Open it without perform: false.",
};

/** What the disk refused, as a problem; anything else is a fault of ours, and thrown on. */
export function problemIn(error: unknown): Problem {
  if (!(error instanceof MusterError)) throw error;
  const { code, message, where, mend } = error;
  return { code, message, ...(where ? { where } : {}), ...(mend ? { mend } : {}) };
}
