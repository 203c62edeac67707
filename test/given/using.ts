import type { Effect, Run, Told, UseOutcome } from "../../src/core/machine/index.ts";
import { failure, owed } from "../../src/core/machine/index.ts";
import { type Chance, pick } from "./mulberry.ts";
import { type GivenTool, previewOf, read, useTold, wrote } from "./tools.ts";

/** The tools of a random world: what reads, what may be written twice, what may not, what is asked and what is denied. */
export const RANDOM_TOOLS: Readonly<Record<string, GivenTool>> = {
  "order.read": { effects: "pure" },
  "mail.read": { effects: "pure", labels: { untrusted: ["mail"], personal: [] } },
  "file.read": { effects: "pure", verdict: "ask" },
  "note.write": { effects: "idempotent", verifies: true },
  "order.mark": { effects: "ask" },
  "refund.create": {
    effects: "ask",
    verdict: "ask",
    owner: "dana",
  },
  "price.set": { effects: "ask", verdict: "deny" },
};

/** What agents in flight may ask for next: a few names over and over, so that much is asked again. */
export function usesToAsk(run: Run, chance: Chance): readonly Told[] {
  const begun = owed(run).filter((effect) => effect.type === "perform");
  return begun.map(({ key }) => {
    const tool = pick(chance, Object.keys(RANDOM_TOOLS));
    const name = `${tool}#${1 + Math.floor(chance() * 2)}`;
    // Mostly nobody has changed what it would write.
    const preview = tool === "refund.create" ? previewOf(chance() < 0.8 ? 1 : 2, 0) : null;
    return useTold(key, tool, { name, args: { order_id: "7" }, preview });
  });
}

/** What performing it came to, anyhow; or well. */
export function useAnswered(effect: Extract<Effect, { type: "use" }>, chance: Chance | null): Told {
  const { key } = effect;
  if (effect.do === "verify")
    return { type: "verified", key, ok: chance === null || chance() < 0.8 };
  return { type: "used", key, outcome: chance === null ? well(effect) : anyhow(effect, chance) };
}

function well({ effects, tool }: Extract<Effect, { type: "use" }>): UseOutcome {
  if (effects === "pure") return read({ total: 12 });
  return wrote({ id: "1" }, tool === "price.set" ? undefined : { tool: "note.write", args: {} });
}

function anyhow(effect: Extract<Effect, { type: "use" }>, chance: Chance): UseOutcome {
  const dice = chance();
  if (dice < 0.6) return well(effect);
  const error = failure(
    chance() < 0.5 ? "network_timeout" : "invalid_input_data",
    "It went wrong.",
  );
  if (dice < 0.8) return { kind: "failed", error, certain: chance() < 0.6 };
  return { kind: "unknown", error };
}
