import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A company whose runs work a little, then wait for two payments of their order, one after the other. */
export function writeCompany(folder: string): void {
  mkdirSync(join(folder, "workflows"), { recursive: true });
  mkdirSync(join(folder, "agents"), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  write(
    "agents/clerk.yaml",
    "muster: 1\nkind: function\nmodule: agents/clerk.mjs\neffects: pure\nconcurrency: 64\n",
  );
  write(
    "agents/clerk.mjs",
    `import { setTimeout as sleep } from "node:timers/promises";
export async function attempt() {
  await sleep(Math.random() * 40);
  return { outputs: {} };
}
`,
  );
  write("workflows/order.yaml", ORDER);
}

const ORDER = `muster: 1
name: order
parameters: { order: { type: string, required: true } }
execution: sequential
steps:
  - { id: look, agent: clerk }
  - { id: first, wait: { event: payment, key: $params.order }, outputs: { number: integer } }
  - { id: thank, agent: clerk }
  - { id: second, wait: { event: payment, key: $params.order }, outputs: { number: integer } }
`;
