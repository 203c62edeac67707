import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A company whose runs end at once, so that their papers are what takes time. */
export function writeCompany(folder: string): void {
  mkdirSync(join(folder, "workflows"), { recursive: true });
  mkdirSync(join(folder, "agents"), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  write(
    "agents/adder.yaml",
    "muster: 1\nkind: function\nmodule: agents/adder.mjs\neffects: pure\n",
  );
  write(
    "agents/adder.mjs",
    "export const attempt = ({ inputs }) => ({ outputs: { n: inputs.n + 1 } });\n",
  );
  write("workflows/add.yaml", ADD);
}

const ADD = `muster: 1
name: add
parameters: { n: 0 }
steps:
  - { id: once, agent: adder, inputs: { n: $params.n }, outputs: { n: number } }
  - { id: twice, agent: adder, inputs: { n: $once.n }, outputs: { n: number } }
`;
