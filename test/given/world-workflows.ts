import type { Workflow } from "../../src/core/definition/index.ts";
import { workflow } from "./workflow.ts";

/** Its agents use tools. */
const USING = `
  max_concurrency: 2
  execution: parallel
  steps:
    - { id: serve, agent: reader, retry: 2, fallback: { agent: keeper, reason: It keeps. } }
    - { id: send, agent: sender, error_strategy: retry_with_backoff, compensate: { agent: keeper } }
    - { id: keep, agent: keeper, timeout: 10m, retry: 3 }
    - id: all
      each: [1, 2]
      tolerate: 50%
      steps: [{ id: answer, agent: reader, approve: { need: 1 } }]
    - { id: late, agent: keeper, after: [serve, send], optional: true }
`;

const TEXTS: readonly string[] = [
  `
    max_concurrency: 2
    execution: parallel
    steps:
      - { id: read, agent: reader, outputs: { rows: "number[]" }, optional: true }
      - { id: keep, agent: keeper, inputs: { rows: $read.rows }, fallback: { agent: reader, reason: It reads. }, compensate: { agent: keeper } }
      - { id: send, agent: sender, compensate: { agent: sender }, error_strategy: retry_with_backoff }
      - { id: late, agent: sender, after: [send], error_strategy: halt_and_escalate, retry: 2 }
  `,
  `
    steps:
      - id: all
        each: [1, 2, 3, 4, 5]
        max_concurrency: 2
        tolerate: 40%
        steps:
          - { id: make, agent: keeper, inputs: { number: $item }, compensate: { agent: keeper } }
          - { id: tell, agent: sender, when: item != 3 }
      - { id: sum, agent: reader, inputs: { items: $all.items }, error_strategy: degradable }
  `,
  `
    resource_limits: { total_timeout: 2 hours }
    steps:
      - { id: may, gate: { ask: May it be?, need: 2, due: 1h, on_timeout: escalate, rejected: continue } }
      - id: way
        choose: [{ id: yes, when: $may.allowed, agent: sender, approve: { need: 1, due: 1h, on_timeout: reject } }]
        otherwise: { id: no, agent: reader }
      - { id: rest, wait: 10m }
      - { id: paid, wait: { event: payment, timeout: 1h }, optional: true }
  `,
  `
    phases:
      - name: One
        execution: mixed
        timeout: 30m
        steps:
          - { id: a, agent: keeper, timeout: 1m }
          - { id: b, agent: reader, after: [a], timeout: 1m }
          - { id: c, agent: sender, timeout: 1m }
      - name: Two
        optional: true
        steps:
          - { id: again, repeat: { until: outputs.done, at_most: 3 }, agent: keeper, outputs: { done: boolean } }
          - { id: child, workflow: billing, timeout: 10m, retry: 2 }
      - name: Three
        steps: [{ id: end, agent: keeper, error_strategy: fail_immediately, compensate: { agent: keeper } }]
  `,
  `
    max_concurrency: 1
    execution: parallel
    steps:
      - { id: review, agent: lawyer, outputs: { done: boolean }, compensate: { agent: lawyer } }
      - { id: find, agent: keeper, retry: 2, fallback: { agent: by_hand, reason: A person can look. } }
      - { id: rest, agent: lawyer, after: [find], optional: true, approve: { need: 1 } }
  `,
  USING,
];

let read: readonly Workflow[] | null = null;

export function worldWorkflows(): readonly Workflow[] {
  read ??= TEXTS.map(workflow);
  return read;
}
