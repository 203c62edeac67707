import { type OpenSystem, refused } from "./kind.ts";

/** A system that cannot be used, and says why. */
export function shutSystem(fault: string): OpenSystem {
  const answer = refused("tool_unavailable", fault);
  return {
    look: async () => answer,
    write: async () => answer,
    health: async () => fault,
    faultOf: () => fault,
    close: async () => {},
  };
}
