import { describe, expect, test } from "vitest";
import type { WorkflowSource } from "../../src/core/definition/index.ts";
import { inputsOf, type Opened, opened } from "./given.ts";

/** The definition as the document has it, but for the addresses that it tells. */
const ONBOARDING: WorkflowSource = {
  name: "it",
  description: "Automated enterprise customer onboarding with compliance",
  version: "2.1.0",
  parameters: {
    batch_size: 50,
    company_tier: "enterprise",
    compliance_required: ["HIPAA", "SOC2"],
  },
  types: { Customer: {}, ValidationReport: {}, Config: {}, TestResults: {} },
  phases: [
    {
      name: "Preparation",
      execution: "sequential",
      steps: [
        {
          id: 1,
          name: "Load customer data",
          agent: "data-engineering",
          inputs: { source: "customers.csv", validate_schema: true },
          outputs: { customer_list: "Customer[]", validation_report: "ValidationReport" },
          error_strategy: "fail_immediately",
        },
      ],
    },
    {
      name: "Account Setup",
      execution: "parallel",
      max_concurrency: 10,
      steps: [
        {
          id: 2,
          name: "Create tenant accounts",
          agent: "backend-development",
          inputs: { customers: "$step1.customer_list" },
          outputs: { tenant_ids: "UUID[]" },
          error_strategy: "retry_with_backoff",
        },
        {
          id: 3,
          name: "Configure compliance settings",
          agent: "compliance-checker-agent",
          inputs: { requirements: "$params.compliance_required" },
          outputs: { compliance_configs: "Config[]" },
          error_strategy: "fail_immediately",
        },
      ],
    },
    {
      name: "Documentation",
      execution: "sequential",
      steps: [
        {
          id: 4,
          name: "Generate onboarding docs",
          agent: "codi-documentation-writer",
          inputs: { tenant_ids: "$step2.tenant_ids", compliance: "$step3.compliance_configs" },
          outputs: { documentation_urls: "URL[]" },
          error_strategy: "degradable",
        },
      ],
    },
    {
      name: "Validation",
      execution: "sequential",
      steps: [
        {
          id: 5,
          name: "End-to-end validation",
          agent: "testing-specialist",
          inputs: { tenants: "$step2.tenant_ids", docs: "$step4.documentation_urls" },
          outputs: { validation_results: "TestResults[]" },
          error_strategy: "retry_with_fallback",
          fallback: "senior-architect",
        },
      ],
    },
  ],
  resource_limits: { total_timeout: "2 hours", token_budget: 120_000, max_concurrent_agents: 10 },
};

const TENANT = "3f2b8a54-0f4e-4c57-9a3e-0d7f3a1c9b11";
const validation = () => ({ outputs: { validation_results: [{ passed: true }] } });

/** @param isLost what writes the pages cannot, and nobody tests but the fallback */
async function onboarding(isLost = false): Promise<Opened> {
  const lost = (kind: string) => ({ error: { kind, message: "It is away." } });
  return await opened(ONBOARDING, {
    "data-engineering": () => ({
      outputs: { customer_list: [{ id: "acme" }], validation_report: { rows: 1 } },
      usage: { tokens: 50_000, calls: 100 },
    }),
    "backend-development": ({ attempt }) =>
      attempt < 3
        ? lost("api_rate_limit")
        : { outputs: { tenant_ids: [TENANT] }, usage: { tokens: 40_000, calls: 50 } },
    "compliance-checker-agent": ({ inputs }) => ({
      outputs: { compliance_configs: inputs["requirements"] },
    }),
    "codi-documentation-writer": () =>
      isLost
        ? lost("invalid_input_data")
        : { outputs: { documentation_urls: ["https://docs.company.com/tenant-1/onboarding"] } },
    "testing-specialist": () => (isLost ? lost("agent_unavailable") : validation()),
    "senior-architect": validation,
  });
}

describe("Production Example: Enterprise Customer Onboarding", () => {
  test("Execution Flow: each step has what those before it gave", async () => {
    await using it = await onboarding();
    await it.company.play("it", { batch_size: 50, company_tier: "enterprise" });
    expect(inputsOf(it, "account-setup/2")).toEqual({ customers: [{ id: "acme" }] });
    expect(inputsOf(it, "documentation/4")).toEqual({
      tenant_ids: [TENANT],
      compliance: ["HIPAA", "SOC2"],
    });
    expect(inputsOf(it, "validation/5")).toEqual({
      tenants: [TENANT],
      docs: ["https://docs.company.com/tenant-1/onboarding"],
    });
  });

  test("Configuration: checkpoint_interval: per_phase, error_strategy: retry_with_fallback, max_concurrency: 10", async () => {
    await using it = await onboarding();
    const config = {
      checkpoint_interval: "per_phase",
      error_strategy: "retry_with_fallback",
      "execution_config.max_concurrency": 10,
    };
    const { run } = await it.company.run("it", {}, { config });
    expect((await it.company.playOn(run!)).standing.status).toBe("completed");
    const checkpoints = (await it.company.checkpoints(run!)) ?? [];
    expect(checkpoints.map(({ phaseName }) => phaseName)).toEqual([
      "Preparation",
      "Account Setup",
      "Documentation",
      "Validation",
    ]);
  });

  test("Expected Output: status, phases_completed, steps_completed, steps_failed, steps_retried, resource_usage, outputs, checkpoints", async () => {
    await using it = await onboarding();
    const { run, outputs } = await it.company.play("it");
    expect(await it.company.document(run)).toMatchObject({
      workflow_id: run,
      status: "completed",
      started_at: "2026-01-01T00:00:00.000Z",
      phases_completed: 4,
      steps_completed: 5,
      steps_failed: 0,
      steps_retried: 1,
      resource_usage: {
        tokens_used: 90_000,
        tokens_budget: 120_000,
        api_calls: expect.any(Number),
        peak_concurrent_agents: 2,
      },
      checkpoints: [{ phase: 1 }, { phase: 2 }, { phase: 3 }, { phase: 4 }],
    });
    expect(outputs).toMatchObject({
      tenant_ids: [TENANT],
      compliance_configs: ["HIPAA", "SOC2"],
      validation_results: [{ passed: true }],
    });
  });

  test("error_strategy: degradable and retry_with_fallback: it completes without its documents, tested by another", async () => {
    await using it = await onboarding(true);
    const { standing } = await it.company.play("it");
    expect(standing.status).toBe("completed");
    expect(it.asked.at(-1)?.agent).toBe("senior-architect");
  });

  test("error_strategy: fail_immediately: data that cannot be loaded end the run at once", async () => {
    await using it = await opened(ONBOARDING, {
      "data-engineering": () => ({ error: { kind: "api_rate_limit", message: "Later." } }),
      "backend-development": validation,
      "compliance-checker-agent": validation,
      "codi-documentation-writer": validation,
      "testing-specialist": validation,
      "senior-architect": validation,
    });
    expect((await it.company.play("it")).standing.status).toBe("failed");
    expect(it.begun).toEqual(["preparation/1"]);
  });
});
