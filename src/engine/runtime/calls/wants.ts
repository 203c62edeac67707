import type { Call } from "../../../core/machine/index.ts";
import type { Want } from "./places.ts";

const NO_WANTS: readonly Want[] = [];

/** Its resources and its agent's own places, all at once. */
export function wantsOf(call: Call, places: readonly Want[]): readonly Want[] {
  if (call.uses.length === 0) return places.length === 0 ? NO_WANTS : places;
  const resources = call.uses.map(({ resource, capacity }) => ({
    place: `resource ${resource}`,
    capacity,
  }));
  return [...resources, ...places];
}
