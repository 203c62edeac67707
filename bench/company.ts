import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A company as small as can be, with real files: one function agent, and the workflows to measure. */
export function writeCompany(folder: string): void {
  mkdirSync(join(folder, "workflows"), { recursive: true });
  mkdirSync(join(folder, "agents"), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  write(
    "agents/echo.yaml",
    "muster: 1\nkind: function\nmodule: agents/echo.mjs\neffects: idempotent\nconcurrency: 1000\n",
  );
  write(
    "agents/echo.mjs",
    "export function attempt(task) {\n  return { outputs: { n: task.inputs.n ?? 1 } };\n}\n",
  );
  write(
    "agents/range.yaml",
    "muster: 1\nkind: function\nmodule: agents/range.mjs\neffects: pure\n",
  );
  write(
    "agents/range.mjs",
    "export function attempt(task) {\n  return { outputs: { list: Array.from({ length: task.inputs.count }, (_, n) => n) } };\n}\n",
  );
  for (const steps of [10, 100]) write(`workflows/chain-${steps}.yaml`, chain(steps));
  write("workflows/fan.yaml", FAN);
  write("workflows/park.yaml", PARK);
}

function chain(steps: number): string {
  const step = (n: number): string =>
    `      - id: s${n}\n        agent: echo\n        inputs: { n: ${n === 1 ? "$params.n" : `$s${n - 1}.n`} }\n        outputs: { n: number }\n`;
  const all = Array.from({ length: steps }, (_, at) => step(at + 1)).join("");
  return `muster: 1\nname: chain-${steps}\nparameters: { n: 1 }\nphases:\n  - name: Chain\n    execution: sequential\n    steps:\n${all}`;
}

const FAN = `muster: 1
name: fan
parameters: { count: 1000 }
max_concurrency: 20
phases:
  - name: List
    steps:
      - id: list
        agent: range
        inputs: { count: $params.count }
        outputs: { list: "number[]" }
  - name: Fan
    steps:
      - id: each
        each: $list.list
        agent: echo
        inputs: { n: $item }
        outputs: { n: number }
`;

const PARK = `muster: 1
name: park
parameters: { n: 1 }
phases:
  - name: Park
    steps:
      - id: decide
        gate: "Go on with \${params.n}?"
`;
