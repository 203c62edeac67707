import { setFlagsFromString } from "node:v8";

/**
 * V8 makes objects old at birth where those made at the same place lived long. While many runs begin at
 * once nearly all do; later they are dropped at once, and old ones that nobody needs keep the young ones
 * they point at: a quarter of the time of a busy process goes to it. So it does not guess here.
 */
setFlagsFromString("--no-allocation-site-pretenuring");
