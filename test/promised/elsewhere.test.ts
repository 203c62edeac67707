/** Sentences of the orchestrator's document that a test beside the code keeps: which, and that it is still there. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const ELSEWHERE: Readonly<Record<string, readonly (readonly [sentence: string, test: string])[]>> =
  {
    "src/engine/checkpoints/checkpoints.alone.test.ts": [
      [
        "Persistent state storage (JSON files)",
        "checkpoints are kept as JSON files, complete, and one that is damaged is refused with a sentence",
      ],
      [
        "Persistent state storage (Redis)",
        "checkpoints are kept in Redis; one that is away or slow holds up no run, is told of, and what it missed is made up for",
      ],
      [
        "Enable Recovery: Always allow workflow resumption from checkpoints",
        "a failed run is resumed as a new run: what had ended stays, what failed is tried again",
      ],
    ],
    "src/core/history/checkpoints.test.ts": [
      ["checkpoint_strategy: interval: per_step", "checkpoint_interval: per_step"],
      [
        "Missing checkpoints: Configure checkpoint strategy (per_step or per_phase)",
        "checkpoint_interval: per_phase, also where nobody says anything",
      ],
      [
        "checkpoint_strategy: interval: timed",
        "timed, every 30s: where anything happened since the one before",
      ],
    ],
    "test/contract/sqlite.test.ts": [
      [
        "Persistent state storage (database)",
        "M1 loses nothing that was acknowledged, again and again, and its lock dies with it",
      ],
      [
        "State corruption (checkpoint recovery fails)",
        "damaged inside: found after a crash on opening, else where it is read, and never passed over",
      ],
    ],
    "test/end-to-end/kill.test.ts": [
      [
        "ensures workflows complete successfully even in the face of failures",
        "loses nothing that it told, repeats only under the same key, and asks a person about what may not be repeated",
      ],
    ],
    "test/end-to-end/cli.test.ts": [
      [
        "State recovery after failures or interruptions",
        "killed, finds the run unfinished and goes on with it",
      ],
    ],
    "src/cli/company/agents.alone.test.ts": [
      [
        "Agent lifecycle management (terminate)",
        "stop ends what it has in hand, and the run decides what follows",
      ],
      [
        "Agent health monitoring and replacement",
        "one that is not well at a heartbeat is told of in the company's log, and its workers are replaced",
      ],
    ],
    "src/engine/agents/kinds/http.alone.test.ts": [
      [
        "Load balancing across available agents",
        "share its load: whichever has the least to do is asked",
      ],
    ],
    "src/core/definition/types/type.test.ts": [
      [
        "Data type conversion and schema validation",
        "has every conversion that is promised, each with an example of it and one of a refusal or a loss",
      ],
    ],
    "src/cli/artifacts/artifacts.alone.test.ts": [
      [
        "Artifact storage and retrieval: from the command line",
        "lists what steps gave above 4 KiB and what was put, and gives it back",
      ],
    ],
    "src/engine/company/runs/governor.alone.test.ts": [
      [
        "Compute resource allocation",
        "cpu_limit_per_agent of a run holds for an agent that names none, and slows it",
      ],
      [
        "compute: memory_limit_per_agent: 4GB",
        "memory_limit_per_agent of a run holds for an agent that names none, and ends it",
      ],
      [
        "api_calls: rate_limited",
        "a run that waits for a limit of calls says until when, and its resource document is rate_limited",
      ],
    ],
    "src/core/machine/people/escalation.test.ts": [
      [
        "Human escalation for critical failures: recipients: [security-team, project-lead]",
        "critical_step_failure, pause_workflow: the run pauses, and the exception names whom the rule names",
      ],
      [
        "error_types: the author's kinds have the author's strategy",
        "the author's table decides by kind, an author's own kinds too",
      ],
    ],
    "src/core/definition/settings/error-rules.test.ts": [
      ["fallback: manual_research", "is a person's task, and a misspelt one is told of"],
    ],
    "src/server/api.test.ts": [
      [
        "progress_endpoint: /api/workflows/{workflow_id}/progress",
        "Progress percentage calculation and execution time estimation: /api/workflows/{workflow_id}/progress",
      ],
      [
        "events_stream",
        "Event streaming for external monitoring: from where the reader was, to the end",
      ],
      [
        "metrics_export: prometheus_format",
        "give figures at /metrics, in the form that the reader accepts",
      ],
    ],
    "test/end-to-end/notices.test.ts": [
      [
        "Webhook notifications for state changes",
        "Webhook notifications for state changes: notifications: - type: webhook, events: [started, completed, failed]",
      ],
      [
        "type: email, recipients: [user@example.com], events: [failed, completed]",
        "notifications: - type: email, recipients: [user@example.com], events: [failed, completed]",
      ],
      [
        "type: slack, channel: #workflows, events: [failed, completed]",
        "notifications: - type: slack, webhook, channel, events: [failed, completed]; format: text",
      ],
      [
        "progress_updates: enabled: true, interval: 30s, format: json|text",
        "interval: how far a run is, on standard error and to the progress webhook, until it has ended",
      ],
      [
        "notification: slack_alert",
        "escalation_rules: notification: slack_alert, channels: [email, slack]: the company's channels are told",
      ],
      [
        "notifications_sent: phase_completed, phase: Account Setup",
        "progress_webhook and slack_channel, as the production example has them: phase_completed, phase: Account Setup",
      ],
      [
        "Alert Appropriately: Don't spam notifications for expected errors",
        "Alert Appropriately: what is tried again and then goes well is told to nobody",
      ],
    ],
    "src/core/machine/budget/budget.test.ts": [
      [
        "resource_config: token_budget: reserved_for_error_handling: 10000",
        "reserved_for_error_handling is for retries, repeats, fallbacks and compensation alone",
      ],
      [
        "Budget Tokens: Allocate token budgets per step",
        "what a step has used counts against its own budget through all attempts",
      ],
    ],
    "src/engine/governor/call-rates.test.ts": [
      [
        "api_limits: max_calls_per_minute: 60",
        "never lets more begin in any minute, however they come",
      ],
    ],
    "src/core/history/resource-document.test.ts": [
      [
        "Resource Tracking: duration: estimated, elapsed, remaining",
        "duration: estimated, elapsed and remaining, from past runs where there are some, else from this one",
      ],
    ],
    "src/engine/agents/kinds/command.alone.test.ts": [
      [
        "compute: memory_limit_per_agent: of a command",
        "is ended when all of it together needs more memory than its limit",
      ],
    ],
    "src/core/foresight/improve.test.ts": [
      [
        "Optimize Sequencing: Run expensive steps only when necessary",
        "expensive steps that `when` could skip",
      ],
      ["Limit Concurrency: Don't exceed available resources", "limits that only make waiting"],
      ["Monitor Costs: Track resource usage for optimization", "budgets far above use"],
    ],
    "src/engine/runtime/calls/results.test.ts": [
      [
        "Cache Results: Reuse outputs from previous runs when possible",
        "a later run that asks the same is given what the first gave, and the event names that run",
      ],
    ],
    "src/core/machine/steps/each.test.ts": [
      [
        "Start Small: Test workflows with single items before batch processing",
        "of a sample goes through the first items, and leaves the others out",
      ],
    ],
    "src/engine/company/runs/foresight.test.ts": [
      [
        "Dry Run First: Validate workflow definitions before production runs",
        "validates and simulates execution without actually running steps",
      ],
      [
        "Resource Planning: Estimate token/time budgets before execution",
        "expects what past runs took, used and met, with the spread",
      ],
    ],
    "src/cli/company/settings.alone.test.ts": [
      [
        "Execute with custom configuration",
        "Execute with custom configuration: max_concurrency: 10, checkpoint_interval: per_step, error_strategy: retry_with_fallback, notification: slack webhook",
      ],
      [
        "Execute workflow with custom data flow: pricing_data from external API",
        "Execute workflow with custom data flow: competitors from step 1, pricing_data from external API",
      ],
    ],
    "src/core/definition/settings/configuration.test.ts": [
      ["Execution Configuration", "Execution Configuration, each of its words"],
      ["Monitoring Configuration", "Monitoring Configuration"],
      ["Monitoring Endpoints", "Monitoring Endpoints"],
      ["Resource Configuration", "Resource Configuration"],
      ["Error Handling Strategy", "Error Handling Strategy"],
      ["Error Classification", "Error Classification"],
    ],
    "test/every-key.test.ts": [
      [
        "Configuration Options: every key of each block changes what happens",
        "acts, and a test shows it",
      ],
    ],
    "packs/customer-onboarding/tests/whole-run.test.ts": [
      [
        "Production Example: Enterprise Customer Onboarding",
        "onboards fifty customers: it retries, degrades, falls back and completes",
      ],
      ["Production Example: Workflow Definition", "is read without a problem"],
    ],
    "src/core/definition/examples.test.ts": [
      [
        "Workflow Definition: name, description, version, parameters, monitoring, resource_limits",
        "keeps its head, its limits and its monitoring",
      ],
      ["Workflow Definition: phases", "has four phases, one after another, with steps by number"],
    ],
    "src/core/history/state-document.test.ts": [
      ["State Schema", "State Schema: every field stands in it, whatever became of the run"],
      [
        "Expected Output",
        "Expected Output: duration_minutes, phases_completed, steps_retried and resource_usage are of the run",
      ],
    ],
    "test/end-to-end/papers.test.ts": [
      [
        "Outputs: Workflow results, State checkpoint, Execution log, Metrics",
        "Outputs: workflow results, state, execution log and metrics stand in its folder, for the owner alone",
      ],
    ],
    "src/cli/runs/run.test.ts": [
      [
        "When successful, this agent MUST output",
        "ends with the summary of the run on stdout, and exits with 0",
      ],
    ],
    "src/core/review/review.test.ts": [
      ["Completion Checklist", "has eleven points, each answered with its evidence"],
      [
        "Monitoring/notifications configured and working",
        "Monitoring/notifications configured and working",
      ],
      ["State corruption: the log", "its state is corrupt: the log"],
      [
        "State corruption (checkpoint recovery fails): told",
        "its state is corrupt: checkpoint recovery fails",
      ],
      [
        "Infinite retry loop (retry logic broken): told",
        "it is in an infinite retry loop (retry logic broken)",
      ],
      [
        "Deadlock in parallel execution (agents blocked): told",
        "it is in a deadlock (agents blocked)",
      ],
      [
        "Missing error escalation (critical failures not reported): told",
        "error escalation is missing (critical failures not reported)",
      ],
      ["each of the nine Failure Indicators", "and each of the nine indicators has a case here"],
    ],
    "src/engine/runtime/embedded.test.ts": [
      [
        "Deadlock in parallel execution: across runs",
        "two runs that use two resources in two ways do not wait for each other for ever",
      ],
    ],
    "src/core/foresight/advise.test.ts": [
      [
        "Anti-Patterns (Avoid): each of the nine is told of",
        "is given where it helps, with its place and the mend",
      ],
      [
        "Best Practices: who follows them is not told of them",
        "is not given where it was followed",
      ],
    ],
    "src/testing/test-company.test.ts": [
      [
        "#8 No Assumptions: Validate workflow definition, verify agent availability",
        "refuses a workflow whose agents are not there or not well, before its first step",
      ],
    ],
    "test/reference/machine-reference.test.ts": [
      [
        "#5 Eliminate Ambiguity: Clear state machine, explicit error handling",
        "the references of states and failures are as the machine makes them (npm run states)",
      ],
    ],
    "src/cli/company/doctor.alone.test.ts": [
      [
        "severity ratings, remediation priorities, effort estimates",
        "names findings on security, reliability and cost with severity, place, remedy and effort",
      ],
    ],
    "src/cli/runs/archive.alone.test.ts": [
      [
        "Archive workflow state for audit trail",
        "takes a run out of the log into one file, which is shown, read and verified without the log",
      ],
    ],
  };

describe.each(Object.entries(ELSEWHERE))("%s keeps", (file, rows) => {
  test.each(rows)("%s", (_sentence, name) => {
    expect(namesIn(file)).toContain(name);
  });
});

/** The names of its tests, and of the cases of one that is for each of a table. */
function namesIn(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  const quoted = text.matchAll(/(?:\btest\(|\[)\s*(?:"([^"\n]+)"|'([^'\n]+)'|`([^`\n]+)`)/g);
  return [...quoted].map(([, one, other, third]) => one ?? other ?? third ?? "");
}
