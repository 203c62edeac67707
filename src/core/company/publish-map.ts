import type { Digest } from "../id.ts";
import type { CompanyBody, CompanyState } from "./company.ts";

/** What follows when a map is published; nothing where it is the one in force. */
export function publishMap(
  state: CompanyState,
  { digest, why }: { readonly digest: Digest; readonly why: string },
): CompanyBody | null {
  const last = state.maps.at(-1);
  if (last?.digest === digest) return null;
  return { type: "map.published", digest, version: (last?.version ?? 0) + 1, why };
}
