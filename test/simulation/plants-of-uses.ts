import {
  type DoneUse,
  type Event,
  emptyTable,
  entries,
  type Frame,
  get,
  type OpenUse,
  type Run,
  type Signal,
  set,
} from "../../src/core/machine/index.ts";
import { folding, hearing, MACHINE, refolded, writing } from "./planting.ts";
import type { Plant } from "./plants.ts";
import type { Machine } from "./shell.ts";
import { judgeOf } from "./shop-map.ts";

type LeafFrame = Extract<Frame, { readonly kind: "leaf" }>;
type Judge = ReturnType<typeof judgeOf>;

/** The same machine with a judge that says something else. */
function judging(change: (judge: Judge, run: Run) => Judge): Machine {
  return {
    ...MACHINE,
    decide: (run, signal, facts) => {
      const { judge } = facts;
      if (judge === undefined) return MACHINE.decide(run, signal, facts);
      return MACHINE.decide(run, signal, { ...facts, judge: change(judge as Judge, run) });
    },
  };
}

/** What is owed is done otherwise than it was decided. */
function owing(change: (run: Run, use: OpenUse) => OpenUse["args"]): Machine {
  const changed: (run: Run, effects: ReturnType<Machine["owed"]>) => ReturnType<Machine["owed"]> = (
    run,
    effects,
  ) =>
    effects.map((effect) => {
      const use = effect.type === "use" ? get(run.open, effect.key) : undefined;
      if (effect.type !== "use" || use?.type !== "use") return effect;
      return { ...effect, args: change(run, use) };
    });
  return {
    ...MACHINE,
    owed: (run) => changed(run, MACHINE.owed(run)),
    owedBy: (run, events) => changed(run, MACHINE.owedBy(run, events)),
  };
}

/** Something of the steps that use tools is forgotten after some events. */
function forgettingAfter(
  type: Event["type"],
  change: (uses: NonNullable<LeafFrame["uses"]>) => Partial<LeafFrame>,
): Machine {
  return folding((_before, after, event) => {
    if (event.type !== type || !("path" in event)) return after;
    const frame = get(after.frames, event.path);
    if (frame?.kind !== "leaf" || frame.uses === undefined) return after;
    const changed = { ...frame, ...change(frame.uses) };
    return { ...after, frames: set(after.frames, event.path, changed) };
  });
}

/** An action of this tool was allowed in this run before. */
function wasAllowed(run: Run, tool: string): boolean {
  return [...entries(run.frames)].some(([, frame]) => {
    if (frame.kind !== "leaf" || frame.uses === undefined) return false;
    return [...entries(frame.uses.done)].some(([, one]: readonly [unknown, DoneUse]) =>
      one.wrote ? one.tool === tool : false,
    );
  });
}

const toolUseOf = (run: Run, signal: Extract<Signal, { type: "use" }>): OpenUse | undefined =>
  [...entries(run.open)]
    .map(([, open]) => open)
    .find(
      (open): open is OpenUse =>
        open.type === "use" && open.name === signal.name && open.tool === signal.tool,
    );

/** Rules of uses of tools, each switched off. */
export const PLANTS_OF_USES: Readonly<Record<string, Plant>> = {
  "what nobody may use is used": {
    promise: "U1",
    only: "tools",
    machine: judging((judge) => (call, of) => {
      const said = judge(call, of);
      return said?.verdict === "deny" ? { ...said, verdict: "allow" } : said;
    }),
  },
  "nobody is asked about a use": {
    promise: "M8",
    only: "tools",
    machine: judging((judge) => (call, of) => {
      const said = judge(call, of);
      return said?.verdict === "ask" ? { ...said, verdict: "allow", chains: [] } : said;
    }),
  },
  "an approval is good for a second use": {
    promise: "M8",
    only: "tools",
    machine: judging((judge, run) => (call, of) => {
      const said = judge(call, of);
      const again = said?.verdict === "ask" && wasAllowed(run, call.tool);
      return said !== null && again ? { ...said, verdict: "allow", chains: [] } : said;
    }),
  },
  "a write is begun before its approval is used up": {
    promise: "U4",
    only: "tools",
    machine: swapping("gate.consumed", "writeback.started"),
  },
  "a grant is good for other arguments": {
    promise: "U4",
    only: "tools",
    machine: owing((_run, { args, effects }) => {
      if (effects === "pure" || !("value" in args)) return args;
      const { amount, ...rest } = args.value as { readonly amount?: number };
      return { value: { ...rest, amount: Number(amount) + 1 } };
    }),
  },
  "what a decider changed is written as it was asked": {
    promise: "U4",
    only: "tools",
    machine: owing((_run, { args }) => args),
  },
  "a record is not looked at again": {
    promise: "stale",
    only: "tools",
    flaw: "looks at a record once",
  },
  "a record that has changed is taken for what was shown": {
    promise: "stale",
    only: "tools",
    machine: hearing((signal, run) => {
      if (signal.type !== "use") return signal;
      const shown = toolUseOf(run, signal)?.precondition ?? null;
      if (shown === null || signal.preview === null) return signal;
      return { ...signal, preview: { ...signal.preview, digest: shown } };
    }),
  },
  "halts are ignored": {
    promise: "halt",
    only: "tools",
    machine: judging(() => judgeOf(() => null)),
  },
  "a write is begun while the run is paused": {
    promise: "pause",
    only: "tools",
    machine: {
      ...MACHINE,
      decide: (run, signal, facts) => {
        if (signal.type !== "use" || run.paused === null) return MACHINE.decide(run, signal, facts);
        const made = MACHINE.decide({ ...run, paused: null }, signal, facts);
        return "code" in made ? made : refolded(run, made, made.events);
      },
    },
  },
  "a lost write is done again": {
    promise: "M9",
    only: "tools",
    machine: writing((event, signal) => {
      if (event.type !== "writeback.unknown" || signal.type !== "lost") return event;
      const { error: _dropped, ...rest } = event;
      return { ...rest, type: "tool.repeated" };
    }),
  },
  "silence of the shop is taken for a failure": {
    promise: "records",
    only: "tools",
    machine: hearing((signal) => {
      if (signal.type !== "used" || signal.outcome.kind !== "unknown") return signal;
      const { error } = signal.outcome;
      return { ...signal, outcome: { kind: "failed", error, certain: true } };
    }),
  },
  "an answer of the shop is taken for whatever is under way": {
    promise: "M2",
    only: "tools",
    machine: hearing((signal, run) => {
      if (signal.type !== "used" || get(run.open, signal.key) !== undefined) return signal;
      const other = [...entries(run.open)].find(
        ([, open]) => open.type === "use" && open.state === "performing",
      );
      return other === undefined ? signal : { ...signal, key: other[0] };
    }),
  },
  "a step ends while it is written for": {
    promise: "U3",
    only: "tools",
    machine: blind(["answer", "expired", "cancel", "proceed"]),
  },
  "a write in doubt is forgotten": {
    promise: "U3",
    only: "tools",
    machine: forgettingAfter("writeback.unknown", (uses) => ({
      doubt: false,
      uses: { ...uses, unknown: null },
    })),
  },
  "what was written is written again by the next attempt": {
    promise: "U2",
    only: "tools",
    machine: forgettingAfter("attempt.ended", (uses) => ({
      uses: { ...uses, done: emptyTable() },
    })),
  },
  "what a tool wrote is not undone": {
    promise: "undo",
    only: "tools",
    machine: folding((_before, after, event) =>
      event.type === "writeback.committed" && after.undo?.use?.key === event.key
        ? { ...after, undo: after.undo.next }
        : after,
    ),
  },
};

/** As if nothing were being written, when it is told something of these. */
function blind(to: readonly Signal["type"][]): Machine {
  return {
    ...MACHINE,
    decide: (run, signal, facts) => {
      if (!to.includes(signal.type)) return MACHINE.decide(run, signal, facts);
      let { frames } = run;
      for (const [path, frame] of entries(run.frames))
        if (frame.kind === "leaf" && frame.uses !== undefined)
          frames = set(frames, path, { ...frame, uses: { ...frame.uses, open: [] } });
      const made = MACHINE.decide({ ...run, frames }, signal, facts);
      return "code" in made ? made : refolded(run, made, made.events);
    },
  };
}

/** Two events that follow one another are written the other way round. */
function swapping(first: Event["type"], second: Event["type"]): Machine {
  return {
    ...MACHINE,
    decide: (run, signal, facts) => {
      const made = MACHINE.decide(run, signal, facts);
      if ("code" in made) return made;
      const at = made.events.findIndex(
        ({ type }, place) => type === first && made.events[place + 1]?.type === second,
      );
      const [one, two] = [made.events[at], made.events[at + 1]];
      if (one === undefined || two === undefined) return made;
      const { end, settled, ...last } = two;
      const ending = { ...(end ? { end } : {}), ...(settled ? { settled } : {}) };
      const events = made.events.with(at, { ...last, seq: one.seq } as Event);
      return refolded(run, made, events.with(at + 1, { ...one, seq: two.seq, ...ending } as Event));
    },
  };
}
