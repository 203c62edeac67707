import { expect, test } from "vitest";
import { readWorkflow } from "../../core/definition/index.ts";
import { digestOf } from "../runtime/index.ts";
import { unheardRules } from "./index.ts";

const text = `
error_handling:
  escalation_rules:
    - { condition: retry_exhausted, notification: { channels: [slack, pager], recipients: [ops] } }
    - { condition: timeout, notification: { channels: [email], recipients: [ana@example.com] } }
steps: [{ id: a, agent: maker }]
`;

test("a rule's channel that leads to nobody is warned of, with the mend; one that does not is not", () => {
  const surroundings = { agents: null, workflows: null, digest: digestOf };
  const { workflow } = readWorkflow({ file: "a.yaml", text }, surroundings);
  if (workflow === null) throw new Error("the workflow is whole");
  const nothing = { channels: {}, recipients: {}, problems: [] };
  const found = unheardRules(workflow, nothing, {});
  expect(found.map(({ message }) => message)).toEqual([
    expect.stringContaining(
      '"slack", which leads to nobody. No incoming webhook of Slack is known',
    ),
    expect.stringContaining('"pager", which leads to nobody. There is no channel "pager"'),
    expect.stringContaining('"email", which leads to nobody. No server for e-mail is known'),
  ]);
  expect(found.every(({ severity, mend }) => severity === "warning" && mend !== "")).toBe(true);
  const channels = { pager: { type: "webhook", url: "https://example.com/" } } as const;
  const env = { MUSTER_SMTP_URL: "smtp://localhost", MUSTER_SLACK_WEBHOOK: "https://example.com/" };
  expect(unheardRules(workflow, { ...nothing, channels }, env)).toEqual([]);
});
