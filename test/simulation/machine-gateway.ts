import type { Preview } from "../../src/core/governance/index.ts";
import type { RunId } from "../../src/core/id.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { type Effect, load, type Signal, type Stored } from "../../src/core/machine/index.ts";
import { factsOf, post, type State } from "./machine-process.ts";
import type { Owing } from "./machine-sub-runs.ts";
import { outcomeOf } from "./use-outcome.ts";

type UseEffect = Extract<Effect, { type: "use" }>;

/** A use that is owed is performed once for each time it is owed, and its answer is told. */
export function performUse(state: State, { id, effect }: Owing<UseEffect>): void {
  const { process, world } = state;
  const name = `${id} ${effect.key}`;
  if (process.inHand.has(name)) return;
  process.inHand.add(name);
  const begin = (): void => {
    if (process.isDead) return;
    if (effect.do === "verify") verify(state, id, effect);
    else perform(state, id, effect);
  };
  const waitMs = effect.notBefore === null ? 0 : effect.notBefore - world.moments.now();
  if (waitMs <= 0) begin();
  else world.moments.after(waitMs, begin);
}

function perform(state: State, id: RunId, effect: UseEffect): void {
  const { world, options } = state;
  const { tool, redact, idempotency: key, path, repeats } = effect;
  const isUnseen = options.flaw === "looks at a record once";
  const preview = effect.preview === null || isUnseen ? null : valueOf(state, effect.preview);
  const args = valueOf(state, effect.args) as JsonObject;
  const isRepeat = repeats > 0;
  const call = { run: id, path, tool, args, key, redact, bindings: null, isRepeat };
  world.outside.perform({ ...call, preview: preview as unknown as Preview | null }, (made) =>
    tell(state, id, { effect, told: { type: "used", key: effect.key, outcome: outcomeOf(made) } }),
  );
}

function verify(state: State, id: RunId, effect: UseEffect): void {
  const { tool, idempotency: key, path, left } = effect;
  const args = valueOf(state, effect.args) as JsonObject;
  const after = left === null ? null : valueOf(state, left);
  state.world.outside.verify({ run: id, path, tool, args, key, after }, (found) => {
    const { ok, why } = found ?? { ok: true, why: null };
    const said = why === null ? {} : { why };
    tell(state, id, { effect, told: { type: "verified", key: effect.key, ok, ...said } });
  });
}

type Bare<S> = S extends Signal ? Omit<S, "at" | "by"> : never;
type Told = {
  readonly effect: UseEffect;
  readonly told: Bare<Extract<Signal, { type: "used" | "verified" }>>;
};

/** While the answer is on its way, the same is not performed again. */
function tell(state: State, id: RunId, { effect, told }: Told): void {
  const { process, options } = state;
  if (process.isDead) return;
  const signal = { ...told, at: state.world.moments.now(), by: `agent:${effect.agent}` } as Signal;
  const landed = (): void => {
    process.inHand.delete(`${id} ${effect.key}`);
    const resident = process.residents.get(id);
    if (resident === undefined) return;
    for (const again of options.machine.owed(resident.run))
      if (again.type === "use" && again.key === effect.key)
        performUse(state, { id, resident, effect: again });
  };
  post(state, id, { signal, cause: null, told: landed });
}

function valueOf(state: State, stored: Stored): Json {
  return load(stored, factsOf(state).read);
}
