import type { Digest } from "../../../core/id.ts";
import type { Call, Key } from "../../../core/machine/index.ts";
import type { Pass } from "../../governor/index.ts";
import type { Resident } from "../resident.ts";
import type { Deadline } from "./deadlines.ts";
import type { Party, Waiting } from "./places.ts";

/** A call that this process has in its hands, from when it asks for its places until its answer is on disk. */
export type Attempt = Deadline & {
  readonly resident: Resident;
  readonly key: Key;
  readonly call: Call;
  readonly party: Party<Attempt>;
  /**
   * placing: waits for a limit of calls or for its places; beginning: has them and has told `begin`; performing: the agent
   * has it; answered: the answer is on its way to the disk
   */
  state: "placing" | "beginning" | "performing" | "answered";
  /** An `ask`: it tells `begin` before it is performed. */
  readonly asks: boolean;
  waiting: Waiting<Attempt> | null;
  /** Where calls are limited: its turn among them. */
  pass: Pass<Attempt> | null;
  /** It holds its places. */
  isPlaced: boolean;
  /** It holds its share of what is in flight in this process. */
  isInFlight: boolean;
  abort: AbortController | null;
  /** What it asks, as a digest, where its answer may be used again. */
  question: Digest | null;
  /** Its time was up, or it was told to stop: at `due` it is given up. */
  isStopping: boolean;
  due: number;
};
