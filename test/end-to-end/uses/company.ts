import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A company whose tools write down what they did, each under its key, in a ledger outside the log. */
export function writeCompany(folder: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("map.yaml", MAP);
  write("shop.mjs", SHOP);
  write(
    "agents/support.yaml",
    "muster: 1\nkind: function\nmodule: agents/support.mjs\neffects: pure\nconcurrency: 64\n",
  );
  write("agents/support.mjs", AGENT);
  write(
    "workflows/serve.yaml",
    "muster: 1\nname: serve\nparameters: { n: 0 }\nsteps: [{ id: serve, agent: support, inputs: { n: $params.n } }]\n",
  );
}

const MAP = `muster: 1
company: Example Shop
exceptions: { owner: dana }
systems:
  shop: { kind: function, module: ./shop.mjs }
tools:
  order.read:
    { system: shop, level: reference, description: One order., run: look, args: { n: integer }, reads: orders }
  note.write:
    { system: shop, level: record, effects: idempotent, description: A note., run: note, args: { n: integer }, writes: notes }
  order.mark:
    { system: shop, level: record, effects: ask, description: A mark., run: mark, args: { n: integer }, writes: orders }
  refund.pay:
    { system: shop, level: external, effects: ask, description: Money back., run: pay, args: { n: integer }, writes: refunds }
agents:
  support: { may: { level: external, tools: [order.read, note.write, order.mark, refund.pay] } }
`;

/** Each takes a few milliseconds, so that a kill finds some in the middle, on either side of the ledger's line. */
const SHOP = `import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
const ledger = new URL("./ledger.txt", import.meta.url);
const doing = (tool) => async ({ n }, { key }) => {
  await sleep(Math.random() * 15);
  if (tool !== "look") appendFileSync(ledger, JSON.stringify([tool, key, n]) + "\\n");
  await sleep(Math.random() * 15);
  return { n, tool };
};
export const look = doing("look");
export const note = doing("note");
export const mark = doing("mark");
export const pay = doing("pay");
`;

const AGENT = `export async function attempt(task, tools) {
  const { n } = task.inputs;
  const all = [];
  for (const tool of ["order.read", "note.write", "order.mark", "refund.pay"])
    all.push((await tools.use(tool, { n })).outcome);
  return { outputs: { all } };
}
`;
