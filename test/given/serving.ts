import type { World } from "./facts.ts";
import { type Given, given } from "./run.ts";
import type { GivenTool } from "./tools.ts";

/** An agent may read, write what may be written twice, write what may not, and not set prices. */
export const TOOLS: Readonly<Record<string, GivenTool>> = {
  "order.read": { effects: "pure" },
  "mail.read": { effects: "pure", labels: { untrusted: ["mail 4"], personal: ["c-1"] } },
  "refund.create": { effects: "ask" },
  "note.write": { effects: "idempotent" },
  "price.set": { effects: "ask", verdict: "deny" },
};

/** A step that is tried again. */
export const ONE_STEP = `
  steps: [{ id: serve, agent: support, retry: 3, outputs: { reply: string } }]
`;

/** A run of one step whose agent uses tools. */
export function serving(
  more: Partial<World> = {},
  text = "steps: [{ id: serve, agent: support }]",
): Given {
  return given(text, { agents: { support: "pure" }, tools: TOOLS, ...more }).start();
}

/** About the order of the case. */
export const LATER: { readonly args: { readonly order_id: string } } = { args: { order_id: "7" } };

/** The same, and people are asked about refunds. */
export function asked(): Record<string, GivenTool> {
  const chain = { from: ["dana", "eli"], need: 1, dueMs: 3_600_000 };
  return { ...TOOLS, "refund.create": { effects: "ask", verdict: "ask", chain } };
}
