import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";

const CORES_FEW = 2;

/**
 * V8 makes objects old at birth where those made at the same place lived long. While many runs begin at
 * once nearly all do; later they are dropped at once, and old ones that nobody needs keep the young ones
 * they point at: a quarter of the time of a busy process goes to it. So it does not guess here.
 */
setFlagsFromString("--no-allocation-site-pretenuring");

/**
 * Where there are two cores, the one beside ours writes the log: threads that copy for the collector
 * would take it away, and who decides would wait for both. Little lives long enough to be copied.
 */
if (availableParallelism() <= CORES_FEW) setFlagsFromString("--no-parallel-scavenge");
