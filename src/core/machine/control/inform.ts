import { canonical } from "../../audit/index.ts";
import type { Json } from "../../json.ts";
import { type Draft, store, tell } from "../draft.ts";
import type { Stored } from "../event.ts";
import type { Told } from "../signal.ts";

/** One run is told so often of its case; then it goes on with what it knows. */
const INFORMED_MOST = 1_000;

/** Steps that begin from now on read what is known of the case now. What is known already changes nothing. */
export function heardInform(draft: Draft, told: Extract<Told, { type: "inform" }>): null {
  const { phase, known } = draft.run;
  if (phase === "finished") return null;
  let count = 0;
  for (let one = known; one !== null; one = one.next) count += 1;
  const next = keptAs(draft, told.known);
  const isSame = known !== null && canonical(known.known as Json) === canonical(next as Json);
  if (count < INFORMED_MOST && !isSame) tell(draft, { type: "run.informed", known: next });
  return null;
}

/** In the log where it is small; else its name. */
export function keptAs(draft: Draft, known: Stored): Stored {
  return "value" in known ? store(draft, known.value) : known;
}
