import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Uses of tools that one attempt makes, so many of them at a time. */
export const USES_A_RUN = 100;
const AT_ONCE = 25;

/** A map with one tool and one rule, and an agent that uses the tool again and again. */
export function writeGoverned(folder: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("map.yaml", MAP);
  write("tables/offer.yaml", TABLE);
  write("workflows/judged.yaml", "name: judged\nsteps: [{ id: use, agent: user }]\n");
  write(
    "agents/user.yaml",
    "muster: 1\nkind: function\nmodule: agents/user.mjs\neffects: pure\nconcurrency: 1000\n",
  );
  write("agents/user.mjs", AGENT);
}

const MAP = `muster: 1
company: Bench
systems:
  tables: { kind: table }
tools:
  offer.read:
    system: tables
    level: reference
    table: offer
    description: What is offered for a delay.
    args: { days: integer }
agents:
  user: { may: { level: reference, tools: [offer.read] } }
`;

const TABLE = `muster: 1
table: offer
hit: first
inputs: { days: args.days }
outputs: [amount]
rows:
  - { id: long, days: "> 7", amount: 80 }
  - { id: else, amount: 0 }
`;

const AGENT = `export async function attempt(task, tools) {
  let done = 0;
  for (let from = 0; from < ${USES_A_RUN}; from += ${AT_ONCE}) {
    const replies = await Promise.all(
      Array.from({ length: ${AT_ONCE} }, (_, at) => tools.use("offer.read", { days: from + at })),
    );
    for (const { outcome } of replies) if (outcome === "ok") done += 1;
  }
  if (done !== ${USES_A_RUN}) throw new Error("Only " + done + " were done.");
  return { outputs: { done } };
}
`;
