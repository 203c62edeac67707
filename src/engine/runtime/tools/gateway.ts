import type { Keyring } from "../../sealing/index.ts";
import { type Asking, openAsking } from "../calls/asking.ts";
import { openUses, type Uses, type UsesShell } from "./uses.ts";

/** Between agents and tools: what agents ask is told to their runs, what runs are owed is performed. */
export type Gateway = Uses & Pick<Asking, "toolsOf">;

export function openGateway(
  shell: UsesShell & { readonly log: { readonly keys: Keyring } },
): Gateway {
  const asking = openAsking(shell);
  const uses = openUses(shell);
  return {
    ...uses,
    toolsOf: asking.toolsOf,
    committed: (resident, events) => {
      asking.committed(resident, events);
      uses.committed(resident, events);
    },
  };
}
