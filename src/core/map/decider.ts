import { ownOf } from "../own.ts";
import type { WorkMap } from "./work-map.ts";

/**
 * Who is asked where no rule names a chain: whoever owns the type of the request, else the owner of
 * exceptions.
 *
 * @param type of the request; null: there is none
 * @returns "" where the map names nobody
 */
export function deciderOf({ requests, exceptions }: WorkMap, type: string | null): string {
  return (type === null ? undefined : ownOf(requests, type))?.owner || exceptions.owner;
}
