/** The least company that does something: what README.md shows. By path, in the order in which one reads them. */
export const NEW_COMPANY: Readonly<Record<string, string>> = {
  "workflows/hello.yaml": `name: hello
parameters: { name: world }
steps:
  - id: greet
    agent: greeter
    inputs: { name: $params.name }
    outputs: { greeting: string }
  - id: ok
    gate: Send "\${steps.greet.greeting}"? # a person decides, today or in three weeks
`,
  "agents/greeter.yaml": `muster: 1
kind: function # or command: any program that reads and writes JSON
module: ./agents/greeter.ts
effects: pure # pure | idempotent | ask: may it be repeated after a crash?
`,
  "agents/greeter.ts": `import { defineAgent } from "muster";
export const agent = defineAgent({
  attempt: (task) => ({ outputs: { greeting: \`Hello, \${task.inputs["name"]}!\` } }),
});
`,
};

/** What to type to see it at work. */
export const FIRST_RUN = "run hello name=Ada";
