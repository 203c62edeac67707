import type { Surroundings } from "../../src/core/definition/index.ts";
import { parseDigest } from "../../src/core/id.ts";

/** The production example: phases, numeric ids, parameters, monitoring, resource limits. */
export const PRODUCTION: string = `name: customer-onboarding-automation
description: Automated enterprise customer onboarding with compliance
version: 2.1.0

parameters:
  batch_size: 50
  company_tier: enterprise
  compliance_required: [HIPAA, SOC2]

phases:
  - name: Preparation
    execution: sequential
    steps:
      - id: 1
        name: Load customer data
        agent: data-engineering
        inputs:
          source: customers.csv
          validate_schema: true
        outputs:
          customer_list: Customer[]
          validation_report: ValidationReport
        error_strategy: fail_immediately

  - name: Account Setup
    execution: parallel
    max_concurrency: 10
    steps:
      - id: 2
        name: Create tenant accounts
        agent: backend-development
        inputs:
          customers: $step1.customer_list
        outputs:
          tenant_ids: UUID[]
        error_strategy: retry_with_backoff

      - id: 3
        name: Configure compliance settings
        agent: compliance-checker-agent
        inputs:
          requirements: $params.compliance_required
        outputs:
          compliance_configs: Config[]
        error_strategy: fail_immediately

  - name: Documentation
    execution: sequential
    steps:
      - id: 4
        name: Generate onboarding docs
        agent: codi-documentation-writer
        inputs:
          tenant_ids: $step2.tenant_ids
          compliance: $step3.compliance_configs
        outputs:
          documentation_urls: URL[]
        error_strategy: degradable

  - name: Validation
    execution: sequential
    steps:
      - id: 5
        name: End-to-end validation
        agent: testing-specialist
        inputs:
          tenants: $step2.tenant_ids
          docs: $step4.documentation_urls
        outputs:
          validation_results: TestResults[]
        error_strategy: retry_with_fallback

monitoring:
  progress_webhook: https://company.com/webhooks/onboarding
  slack_channel: "#customer-success"

resource_limits:
  total_timeout: 2 hours
  token_budget: 120000
  max_concurrent_agents: 10
`;

/** A flat list of steps, with outputs as names. */
export const FLAT: string = `workflow:
  - step: 1
    name: "Analyze codebase"
    agent: codebase-analyzer
    outputs:
      - architecture_summary
      - file_inventory

  - step: 2
    name: "Generate documentation"
    agent: codi-documentation-writer
    inputs:
      architecture: $step1.architecture_summary
      files: $step1.file_inventory
    outputs:
      - documentation_files

  - step: 3
    name: "Review documentation"
    agent: code-reviewer
    inputs:
      docs: $step2.documentation_files
      context: $step1.architecture_summary
`;

/** A whole file that is one phase; `task` is the instruction, and steps have no names. */
export const PARALLEL: string = `phase: "Data Collection"
execution: parallel
max_concurrency: 5

steps:
  - {id: 1, agent: web-search-researcher, task: "Research competitor A"}
  - {id: 2, agent: web-search-researcher, task: "Research competitor B"}
  - {id: 3, agent: web-search-researcher, task: "Research competitor C"}
  - {id: 4, agent: web-search-researcher, task: "Research market trends"}
  - {id: 5, agent: web-search-researcher, task: "Research pricing data"}

# All 5 steps execute concurrently, results aggregated before next phase
`;

export const EVERY_KIND: string = `muster: 1
name: every-kind
version: 2.10
owner: operations
description: One step of every kind.
parameters:
  size: 50
  tier: { type: string, enum: [gold, silver], default: gold }
  region: { type: string, required: true, description: Where it runs. }
types:
  Row: { type: object, required: [id], properties: { id: { type: string }, amount: { type: number } } }
resources: { crm: 2 }
execution_config:
  mode: mixed
  timeout_per_step: 300s
  timeout_total: 3600s
  checkpoint_strategy: { enabled: true, interval: per_step, storage: file }
  retry_config: { enabled: true, max_attempts: 4, backoff: linear, retry_on: [transient_error, agent_unavailable] }
  fallback_config: { enabled: true, fallback_map: { writer: senior } }
error_handling:
  error_types: { permanent: halt_and_escalate }
  fallback_strategy:
    - { primary_agent: loader, fallback: senior, trigger: agent_unavailable, reason: Knows the files too. }
  escalation_rules:
    - { condition: critical_step_failure, action: pause_workflow, notification: user_email }
resource_config:
  token_budget: { total: 160000, per_step_max: 30000, reserved_for_error_handling: 10000 }
  api_limits: { max_calls_per_minute: 60, rate_limit_strategy: wait }
  compute: { max_agents_concurrent: 8, agent_timeout: 4m, memory_limit_per_agent: 4GB }
monitoring_config:
  progress_updates: { enabled: true, interval: 30s, format: json }
  notifications:
    - { type: slack, webhook: "https://hooks.example.com/x", channel: "#workflows", events: [failed, completed] }
outputs:
  letters: $steps.welcome.message
  total: \${ $load.rows[0].amount } of $$5
phases:
  - name: Preparation
    execution: sequential
    steps:
      - id: load
        name: Load the rows
        agent: loader
        inputs: { source: rows.csv, region: $params.region }
        outputs: { rows: "Row[]" }
        uses: crm
        retry: { max_attempts: 2, initial_delay: 1s, max_delay: 10s, jitter: false }
        timeout: 10m
      - id: check
        gate:
          ask: "Go on with \${ size($load.rows) } rows?"
          show: { rows: $load.rows }
          from: [ana, bo]
          need: 2
          due: 4h
          on_timeout: reject
          rejected: continue
  - name: Work
    when: steps.check.allowed
    max_concurrency: 4
    steps:
      - id: welcome
        each: $load.rows
        when: item.amount > 0
        agent: mailer
        inputs: { customer: $item.id, number: $index }
        outputs: [message]
        max_concurrency: 3
        tolerate: 10%
        optional: true
        impact: Some customers get no letter.
        warning: Write to them by hand.
        compensate: { agent: mailer, inputs: { withdraw: $outputs.message } }
      - id: route
        choose:
          - { id: big, when: "size($load.rows) > 10", agent: planner, outputs: [plan] }
          - when: params.tier == "gold"
            steps:
              - { id: first, needs: [plan], outputs: [plan], approve: [ana] }
        otherwise:
          - { id: small, agent: planner, outputs: [plan] }
      - id: refine
        repeat: { until: "outputs.good && round > 1", at_most: 5 }
        steps:
          - { id: draft, agent: writer, inputs: { plan: $route.plan, round: $round }, outputs: { text: string } }
          - { id: judge, agent: critic, inputs: { text: $draft.text }, outputs: { good: boolean } }
      - { id: pause, wait: 10m }
      - id: paid
        wait: { event: payment, key: "$load.rows[0].id", timeout: 2d }
        outputs: { amount: number }
      - id: child
        workflow: onboarding
        inputs: { text: $refine.text, letters: $welcome.items }
        outputs: { done: boolean }
        after: [pause, paid]
`;

/** Each kind of definition. */
export const EXAMPLES: readonly string[] = [PRODUCTION, FLAT, PARALLEL, EVERY_KIND];

/** A file of which nobody knows the company. */
export const ALONE: Surroundings = {
  agents: null,
  workflows: null,
  digest: () => {
    const made = parseDigest(`sha256:${"0".repeat(64)}`);
    if (made === null) throw new Error("no digest");
    return made;
  },
};
