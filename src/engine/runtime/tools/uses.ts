import type { Preview } from "../../../core/governance/index.ts";
import type { RunId } from "../../../core/id.ts";
import type { JsonObject } from "../../../core/json.ts";
import {
  type Effect,
  type Event,
  failure,
  type Key,
  load,
  owed,
  type Signal,
  type UseOutcome,
} from "../../../core/machine/index.ts";
import type { Verified } from "../../tools/index.ts";
import type { Contents } from "../contents.ts";
import type { Resident, Residents } from "../resident.ts";
import type { Clock } from "../runtime.ts";
import { mail } from "../turns/mail.ts";
import type { Mailroom } from "../turns/mailroom.ts";
import type { ToolDesk } from "./tool-desk.ts";
import { outcomeOf } from "./use-outcome.ts";

type UseEffect = Extract<Effect, { readonly type: "use" }>;

/**
 * Uses of tools that runs are owed: each is performed once for each time it is owed, and its answer is
 * told. It decides nothing: what was judged is performed, with the credentials that are the toolbox's.
 */
export type Uses = {
  readonly perform: (resident: Resident, effect: UseEffect) => void;
  /** Of these events: what is no longer owed is stopped, where it only reads. */
  readonly committed: (resident: Resident, events: readonly Event[]) => void;
  readonly isBusy: (run: RunId) => boolean;
  readonly count: () => number;
  /** Stops what reads; what writes is awaited by whoever closes. */
  readonly close: () => void;
};

export type UsesShell = {
  readonly clock: Clock;
  readonly contents: Contents;
  readonly desk: ToolDesk | null;
  readonly mailroom: Mailroom;
  readonly residents: Pick<Residents, "get">;
};

type InHand = {
  readonly run: RunId;
  readonly key: Key;
  readonly isRead: boolean;
  readonly abort: AbortController;
  /** While its time has not come: it is not begun after all. */
  cancel: (() => void) | null;
};

type State = UsesShell & { readonly inHand: Map<string, InHand>; isClosed: boolean };

export function openUses(shell: UsesShell): Uses {
  const state: State = { ...shell, inHand: new Map(), isClosed: false };
  return {
    perform: (resident, effect) => perform(state, resident.id, effect),
    committed: (resident, events) => {
      if (state.inHand.size > 0 && events.some(isEnd)) dropReads(state, resident);
    },
    isBusy: (run) => [...state.inHand.values()].some((one) => one.run === run),
    count: () => state.inHand.size,
    close: () => {
      state.isClosed = true;
      for (const [name, { isRead, abort, cancel }] of state.inHand) {
        if (isRead) abort.abort();
        if (cancel === null) continue;
        cancel();
        state.inHand.delete(name);
      }
    },
  };
}

/** U5: after these, an attempt that waited for what is read may be over. */
function isEnd({ type }: Event): boolean {
  return type === "attempt.ended" || type === "attempt.suspended" || type === "step.finished";
}

function dropReads(state: State, { id, run }: Resident): void {
  const still = new Set(owed(run).flatMap((effect) => (effect.type === "use" ? [effect.key] : [])));
  for (const one of state.inHand.values())
    if (one.run === id && one.isRead && !still.has(one.key)) one.abort.abort();
}

function perform(state: State, run: RunId, effect: UseEffect): void {
  const name = `${run} ${effect.key}`;
  if (state.isClosed || state.inHand.has(name)) return;
  const isRead = effect.effects === "pure" || effect.do === "verify";
  const one: InHand = {
    run,
    key: effect.key,
    isRead,
    abort: new AbortController(),
    cancel: null,
  };
  state.inHand.set(name, one);
  const begin = (): void => {
    void answered(state, run, { effect, abort: one.abort.signal }).then((told) =>
      tell(state, name, { run, effect, told }),
    );
  };
  const waitMs = effect.notBefore === null ? 0 : effect.notBefore - state.clock.now();
  if (waitMs <= 0) return begin();
  // Whoever closes does not wait for what is not begun: the next opening finds it owed.
  one.cancel = state.clock.after(waitMs, () => {
    one.cancel = null;
    begin();
  });
}

type Asked = { readonly effect: UseEffect; readonly abort: AbortSignal };
type Bare<S> = S extends Signal ? Omit<S, "at" | "by"> : never;
type Answered = Bare<Extract<Signal, { readonly type: "used" | "verified" }>>;

async function answered(state: State, run: RunId, asked: Asked): Promise<Answered> {
  const { key, do: doing } = asked.effect;
  try {
    if (doing === "verify") return { type: "verified", key, ...(await verified(state, asked)) };
    return { type: "used", key, outcome: await used(state, run, asked) };
  } catch (thrown) {
    // A toolbox that throws breaks its contract; whether something was done nobody knows.
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const error = failure("crashed", `"${asked.effect.tool}" broke off without an answer: ${why}`);
    if (doing === "verify") return { type: "verified", key, ok: false, why: error.message };
    return { type: "used", key, outcome: { kind: "unknown", error } };
  }
}

async function used(state: State, run: RunId, { effect, abort }: Asked): Promise<UseOutcome> {
  const { tool, map, redact, idempotency, repeats } = effect;
  const toolbox = state.desk?.toolbox(map) ?? null;
  if (toolbox === null || state.desk === null)
    return { kind: "failed", error: NO_TOOLS, certain: repeats === 0 };
  const { read } = state.contents;
  const preview = effect.preview === null ? null : load(effect.preview, read);
  const performed = await toolbox.perform(
    {
      tool,
      args: load(effect.args, read) as JsonObject,
      key: idempotency,
      redact,
      bindings: state.desk.bindings(state.residents.get(run)?.run.case ?? null),
      preview: preview as unknown as Preview | null,
      ...(repeats > 0 ? { isRepeat: true } : {}),
    },
    abort,
  );
  return outcomeOf(performed);
}

const NO_TOOLS = failure(
  "agent_unavailable",
  "The version of the map that this was judged by cannot be opened.",
);

type Found = Pick<Extract<Signal, { readonly type: "verified" }>, "ok" | "found" | "why">;

async function verified(state: State, { effect, abort }: Asked): Promise<Found> {
  const { tool, map, idempotency: key, left } = effect;
  const { read } = state.contents;
  const toolbox = state.desk?.toolbox(map) ?? null;
  if (toolbox === null) return { ok: false, why: NO_TOOLS.message };
  const args = load(effect.args, read) as JsonObject;
  const after = left === null ? null : load(left, read);
  const found: Verified | null = await toolbox.verify({ tool, args, key, after }, abort);
  if (found === null) return { ok: true };
  const { ok, why } = found;
  return { ok, found: { value: found.found }, ...(why === null ? {} : { why }) };
}

type Told = { readonly run: RunId; readonly effect: UseEffect; readonly told: Answered };

/** Told by whoever used it. While the answer is on its way, the same is not performed again. */
function tell(state: State, name: string, { run, effect, told }: Told): void {
  const signal = { ...told, at: state.clock.now(), by: `agent:${effect.agent}` } as Signal;
  const landed = (): void => {
    state.inHand.delete(name);
    const resident = state.residents.get(run);
    if (resident === undefined || state.isClosed) return state.mailroom.summon();
    const again = owed(resident.run).find(
      (one): one is UseEffect => one.type === "use" && one.key === effect.key,
    );
    if (again !== undefined) perform(state, run, again);
  };
  if (state.isClosed && isRefusal(told)) return landed();
  if (!state.mailroom.postTo(run, mail(signal, { told: landed }))) landed();
}

/** What was only stopped because the process closes is not over: the next opening finds it owed. */
function isRefusal(told: Answered): boolean {
  return told.type === "verified" ? !told.ok : told.outcome.kind !== "ok";
}
