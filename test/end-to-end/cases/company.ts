import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const FILES: Readonly<Record<string, string>> = {
  "map.yaml": `muster: 1
company: Harbour Retail
requests:
  refund:
    case: { order_id: request.order_id }
    workflow: refund
    owner: ana
intake: { form: customer }
exceptions: { owner: ana }
`,
  "workflows/refund.yaml": `muster: 1
name: refund
parameters: { order_id: string }
steps:
  - id: look
    agent: clerk
    inputs: { order: $params.order_id, deed: look }
    outputs: { state: string }
  - id: answer
    wait: { event: case.message, timeout: 14 days }
    outputs: { text: string }
  - id: pay
    agent: clerk
    inputs: { order: $params.order_id, deed: $answer.text }
    outputs: { state: string }
`,
  "agents/clerk.yaml": `muster: 1
kind: function
module: ./agents/clerk.ts
effects: idempotent
`,
  "agents/clerk.ts": `import { writeFileSync } from "node:fs";
import { join } from "node:path";
export function attempt({ inputs, key }) {
  const { order, deed } = inputs;
  writeFileSync(join(process.cwd(), "deeds", [order, deed, key.replaceAll("/", "+")].join(" ")), "");
  return { outputs: { state: "done" } };
}
`,
};

/** A company that pays back what an order cost when its customer has answered. Each deed leaves a file, named by its key. */
export function writeCompany(folder: string): void {
  mkdirSync(join(folder, "deeds"), { recursive: true });
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

/** What was done, without the keys: twice for the same is two of them. */
export function deedsIn(folder: string): readonly string[] {
  return readdirSync(join(folder, "deeds"))
    .map((name) => name.split(" ").slice(0, 2).join(" "))
    .toSorted();
}
