import { chainOf } from "./board.ts";
import type { Chance } from "./chance.ts";
import { PEOPLE, type Taste } from "./taste.ts";

type Written = Record<string, unknown>;

/** Who decides before a step or at a gate, and by when. */
export function approval(
  { chance, taste }: { readonly chance: Chance; readonly taste: Taste },
  id: string,
): Written {
  const need = chance.between(1, 2);
  const from = chance.is(0.7) ? PEOPLE.slice(0, need + 1) : undefined;
  const written: Written = { need, from, ...chainOf(chance, id) };
  if (chance.is(0.3)) {
    written["due"] = `${chance.between(30, 600)}s`;
    written["on_timeout"] = taste.isCalm ? "escalate" : chance.one(["escalate", "reject"]);
  }
  return written;
}
