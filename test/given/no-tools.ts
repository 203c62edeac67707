import type { Tools } from "../../src/engine/agents/index.ts";

/** Of an agent that is tried without a company: it writes to nobody, and there are no tools. */
export const noTools: Tools = {
  log: () => {},
  use: () => Promise.reject(new Error("There are no tools here.")),
  useAll: () => Promise.reject(new Error("There are no tools here.")),
};
