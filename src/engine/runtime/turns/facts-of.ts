import type { Facts } from "../../../core/machine/index.ts";
import { type Contents, digestOf } from "../contents.ts";
import type { EmbeddedOptions } from "../embedded.ts";

/** What only the outside knows, as the machine asks for it. */
export function factsOf(
  {
    definitions,
    performer,
    desk,
    accounts,
    approvals,
    isResting,
  }: Pick<
    EmbeddedOptions,
    "definitions" | "performer" | "desk" | "accounts" | "approvals" | "isResting"
  >,
  contents: Contents,
): Facts {
  return {
    agents: (need) => performer.ranked(need),
    ...(performer.people === undefined ? {} : { people: (name) => performer.people?.(name) ?? [] }),
    ...(performer.learned === undefined
      ? {}
      : { learned: (agent) => performer.learned?.(agent) ?? null }),
    read: contents.read,
    workflow: (name) => definitions.byName(name)?.digest ?? null,
    definition: definitions.byDigest,
    ...(isResting === true ? { isResting } : {}),
    ...(accounts === undefined ? {} : { accounts }),
    ...(approvals === undefined ? {} : { approvals }),
    ...(desk === undefined ? {} : { judge: desk.judge }),
    ...(desk?.unmet === undefined ? {} : { unmet: desk.unmet }),
    digest: digestOf,
  };
}
