import { parseRunId } from "../id.ts";
import type { RequestType } from "../map/index.ts";
import { boundBy, contradiction, foundBy } from "./binding.ts";
import { type CaseRequest, liveRuns } from "./case.ts";
import type { CaseDraft, CaseWorld } from "./drafting.ts";

/** The type of a request that the map has; null where nobody has said, or the map has it no longer. */
export function typeOf({ map }: CaseWorld, name: string | null): RequestType | null {
  return name !== null && Object.hasOwn(map.requests, name) ? (map.requests[name] ?? null) : null;
}

/** Binds a request that waits, where all that it needs is there, and begins what its type says. */
export function sort(draft: CaseDraft, id: string, world: CaseWorld): void {
  const request = draft.now.requests.find((one) => one.id === id);
  const type = typeOf(world, request?.type ?? null);
  if (request === undefined || request.state !== "waits" || type === null) return;
  const { bindings, missing } = boundBy(type, request);
  const why = missing.length > 0 ? null : contradiction(draft.now, bindings);
  if (missing.length > 0 || why !== null) return unbound(draft, request, { missing, why });
  const found = foundBy(type, bindings);
  draft.add({ type: "request.bound", request: id, bindings, found, person: type.subject });
  begin(draft, request, type);
}

type Lack = { readonly missing: readonly string[]; readonly why: string | null };

/** Said once, as long as it is the same. */
export function unbound(draft: CaseDraft, request: CaseRequest, { missing, why }: Lack): void {
  const isSaid = request.missing.join() === missing.join() && request.unclear === why;
  if (isSaid) return;
  const more = why === null ? {} : { why };
  draft.add({ type: "request.unbound", request: request.id, missing, ...more });
}

/** A run of the same workflow that goes on is told of it; else one is begun. */
export function begin(
  draft: CaseDraft,
  { id: request }: CaseRequest,
  { workflow }: RequestType,
): void {
  const live = liveRuns(draft.now).find((one) => one.workflow === workflow && one.parent === null);
  if (live !== undefined) return draft.add({ type: "request.continued", request, run: live.run });
  const { id, seq } = draft.now;
  // Named by the case and the event that begins it: told again after a crash, it is the same run.
  const run = parseRunId(`wf_${id.slice("cs_".length).slice(0, CASE_CHARACTERS_MOST)}_${seq + 1}`);
  if (run !== null) draft.add({ type: "run.begun", run, workflow, request });
}

/** Of its case's id in a run's id; the rest is the number of the event. */
const CASE_CHARACTERS_MOST = 48;
