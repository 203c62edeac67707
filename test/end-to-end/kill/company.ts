import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A company whose agents write down what they did, each under its key, in a ledger outside the log. */
export function writeCompany(folder: string): void {
  mkdirSync(join(folder, "workflows"), { recursive: true });
  mkdirSync(join(folder, "agents"), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  for (const effects of ["pure", "idempotent", "ask"]) {
    write(
      `agents/${effects}.yaml`,
      `muster: 1\nkind: function\nmodule: agents/${effects}.mjs\neffects: ${effects}\nconcurrency: 64\n`,
    );
    write(`agents/${effects}.mjs`, agent(effects));
  }
  write("workflows/work.yaml", WORK);
}

/** Takes a few milliseconds, so that a kill finds some in the middle, on either side of the ledger's line. */
function agent(effects: string): string {
  return `import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
const ledger = new URL("../ledger.txt", import.meta.url);
export async function attempt(task) {
  await sleep(Math.random() * 20);
  appendFileSync(ledger, JSON.stringify(["${effects}", task.key, task.run, task.step]) + "\\n");
  await sleep(Math.random() * 20);
  return { outputs: { n: task.inputs.n + 1 } };
}
`;
}

const WORK = `muster: 1
name: work
parameters: { n: 0 }
phases:
  - name: Prepare
    steps:
      - id: look
        agent: pure
        inputs: { n: $params.n }
        outputs: { n: number }
  - name: Write
    execution: parallel
    steps:
      - id: record
        agent: idempotent
        inputs: { n: $look.n }
        outputs: { n: number }
      - id: pay
        agent: ask
        inputs: { n: $look.n }
        outputs: { n: number }
  - name: Spread
    steps:
      - id: tell
        each: [1, 2, 3]
        agent: idempotent
        inputs: { n: $item }
        outputs: { n: number }
`;
