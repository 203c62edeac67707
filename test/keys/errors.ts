import type { ErrorTypesSource, EscalationRuleSource } from "../../src/core/definition/index.ts";
import type { Given } from "../given/run.ts";
import { course, type Row } from "./row.ts";

type Rule = EscalationRuleSource;
type Fallback = {
  readonly primary_agent: string;
  readonly fallback: string;
  readonly trigger?: string;
  readonly reason?: string;
};

const CRITICAL: Rule = { condition: "critical_step_failure" };

export const errors: readonly Row[] = [
  {
    key: "error_handling.error_strategy",
    with: { error_handling: { error_strategy: "degradable" } },
    sees: (run) => course(run, "invalid_input_data"),
    gives: { with: "maker degraded", without: "maker failed" },
  },
  ...types("error_types", (error_types) => ({ error_types })),
  ...types("error_handling.error_types", (error_types) => ({ error_handling: { error_types } })),
  ...fallbacks(),
  ...rules(),
];

/** The same keys stand at the top and under error_handling. */
function types(block: string, settings: (source: ErrorTypesSource) => Row["with"]): readonly Row[] {
  const row = (
    key: string,
    [source, kind]: readonly [ErrorTypesSource, string],
    gives: readonly [string, string],
  ): Row => ({
    key: `${block}.${key}`,
    with: settings(source),
    steps: [{ id: "a", agent: "maker", retry: 2 }],
    sees: (run) => course(run, kind),
    gives: { with: gives[0], without: gives[1] },
  });
  const tried = "maker maker failed";
  const failed = "maker failed";
  const degraded = "maker degraded";
  const paused = "maker paused";
  const fails = "fail_immediately";
  return [
    row("transient", [{ transient: fails }, "network_timeout"], [failed, tried]),
    row("transient.kinds", [{ transient: { kinds: ["rejected"] } }, "rejected"], [tried, failed]),
    row("transient.strategy", [{ transient: { strategy: fails } }, "timeout"], [failed, tried]),
    row("permanent", [{ permanent: "degradable" }, "rejected"], [degraded, failed]),
    row("permanent.kinds", [{ permanent: { kinds: ["line_cut"] } }, "line_cut"], [failed, tried]),
    row(
      "permanent.strategy",
      [{ permanent: { strategy: "continue_with_warning" } }, "agent_not_found"],
      [degraded, failed],
    ),
    row("degradable", [{ degradable: ["no_market"] }, "no_market"], [degraded, tried]),
    row("degradable.kinds", [{ degradable: { kinds: ["no_map"] } }, "no_map"], [degraded, tried]),
    row(
      "degradable.strategy",
      [{ degradable: { strategy: fails } }, "optional_step_failure"],
      [failed, degraded],
    ),
    row("critical", [{ critical: ["wrong_ledger"] }, "wrong_ledger"], [paused, tried]),
    row("critical.kinds", [{ critical: { kinds: ["leak"] } }, "leak"], [paused, tried]),
  ];
}

function fallbacks(): readonly Row[] {
  const settings = (more: Partial<Fallback>): Row["with"] => {
    const said = { primary_agent: "maker", fallback: "other", ...more };
    return { error_handling: { fallback_strategy: [said] } };
  };
  const row = (
    key: keyof Fallback,
    more: Partial<Fallback>,
    rest: Pick<Row, "sees" | "gives">,
  ): Row => ({
    key: `error_handling.fallback_strategy[].${key}`,
    with: settings(more),
    without: settings({}),
    ...rest,
  });
  const permanent = (run: Given): string => course(run, "invalid_input_data");
  return [
    row(
      "primary_agent",
      { primary_agent: "writer" },
      {
        sees: permanent,
        gives: { with: "maker failed", without: "maker other failed" },
      },
    ),
    row(
      "fallback",
      { fallback: "third" },
      {
        sees: permanent,
        gives: { with: "maker third failed", without: "maker other failed" },
      },
    ),
    row(
      "trigger",
      { trigger: "agent_unavailable" },
      {
        sees: permanent,
        gives: { with: "maker failed", without: "maker other failed" },
      },
    ),
    row(
      "reason",
      { reason: "It is broad." },
      {
        sees: (run) => {
          permanent(run);
          return run.events("attempt.started")[0]?.fallback;
        },
        gives: { with: "It is broad.", without: "" },
      },
    ),
  ];
}

function rules(): readonly Row[] {
  const key = (name: string): string => `error_handling.escalation_rules[].${name}`;
  const settings = (...escalation_rules: readonly Rule[]): Row["with"] => ({
    error_handling: { escalation_rules },
  });
  const raised = (run: Given): Given => {
    run.fails("a", "security_violation");
    return run;
  };
  const told = (name: string, more: Partial<Rule>, rest: Pick<Row, "sees" | "gives">): Row => ({
    key: key(name),
    with: settings({ ...CRITICAL, ...more }),
    without: settings(CRITICAL),
    ...rest,
  });
  return [
    ...conditions(key("condition"), settings),
    ...actions(key("action"), settings),
    told(
      "owner",
      { owner: "ciso" },
      {
        sees: (run) => raised(run).exception("a").owner,
        gives: { with: "ciso", without: "operations" },
      },
    ),
    told(
      "notification",
      { notification: "user_email" },
      {
        sees: (run) => raised(run).events("rule.acted")[0]?.notify,
        gives: { with: ["user_email"], without: undefined },
      },
    ),
    told(
      "notification.channels",
      { notification: { channels: ["email", "slack"] } },
      {
        sees: (run) => raised(run).events("rule.acted")[0]?.notify,
        gives: { with: ["email", "slack"], without: undefined },
      },
    ),
    told(
      "notification.recipients",
      { notification: { recipients: ["project-lead"] } },
      {
        sees: (run) => raised(run).events("exception.raised")[0]?.recipients,
        gives: { with: ["project-lead"], without: undefined },
      },
    ),
    told(
      "notification.message",
      { notification: { message: "Look at it now." } },
      {
        sees: (run) => raised(run).exception("a").look.startsWith("Look at it now."),
        gives: { with: true, without: false },
      },
    ),
    {
      key: key("after"),
      with: settings({ condition: "stalled", after: "5m" }),
      without: settings({ condition: "stalled", after: "10m" }),
      sees: (run) => {
        run.after(300_000);
        return run.status();
      },
      gives: { with: "paused", without: "running" },
    },
  ];
}

type Settings = (...rules: readonly Rule[]) => Row["with"];

/** Each condition leads to its rule, which marks the step failed or goes on without it. */
function conditions(key: string, settings: Settings): readonly Row[] {
  const row = (rule: Rule, rest: Pick<Row, "sees" | "gives"> & Partial<Row>): Row => ({
    key,
    about: rule.condition,
    ...rest,
    with: { ...rest.without, ...settings(rule) },
  });
  const retried = [{ id: "a", agent: "maker", retry: 2 }];
  return [
    row(
      { ...CRITICAL, action: "mark_step_failed" },
      {
        sees: (run) => course(run, "data_corruption"),
        gives: { with: "maker failed", without: "maker paused" },
      },
    ),
    row(
      { condition: "retry_exhausted", action: "continue" },
      {
        steps: retried,
        sees: (run) => course(run, "network_timeout"),
        gives: { with: "maker maker degraded", without: "maker maker failed" },
      },
    ),
    row(
      { condition: "timeout", action: "continue" },
      {
        steps: [{ id: "a", agent: "maker", retry: false, timeout: "1m" }],
        sees: (run) => {
          run.tell({ type: "expired", key: run.attempt("a").key });
          return run.ended("a");
        },
        gives: { with: "degraded", without: "failed" },
      },
    ),
    row(
      { condition: "budget_exceeded", action: "continue" },
      {
        without: { resource_config: { token_budget: { total: 10 } } },
        world: { estimates: { maker: { tokens: 20 } } },
        sees: (run) => run.ended("a"),
        gives: { with: "degraded", without: "failed" },
      },
    ),
    row(
      { condition: "stalled", action: "mark_step_failed", after: "10m" },
      {
        sees: (run) => {
          run.after(600_000);
          return run.ended("a");
        },
        gives: { with: "failed", without: null },
      },
    ),
  ];
}

function actions(key: string, settings: Settings): readonly Row[] {
  const row = (action: NonNullable<Rule["action"]>, now: string): Row => ({
    key,
    about: action,
    with: settings({ condition: "retry_exhausted", action }),
    steps: [
      { id: "made", agent: "maker", compensate: { agent: "undoer" } },
      { id: "a", agent: "maker", retry: 2, error_strategy: "retry_with_backoff" },
    ],
    sees: (run) => {
      run.does("made");
      const came = course(run, "network_timeout");
      return `${came}, ${run.status()} ${run.inFlight().join()}`.trim();
    },
    gives: { with: now, without: "maker maker failed, failed" },
  });
  return [
    row("pause_workflow", "maker maker paused, paused"),
    row("continue", "maker maker degraded, completed"),
    row("rollback", "maker maker cancelled, running !undo/1"),
    {
      ...row("mark_step_failed", "maker maker failed, failed"),
      steps: [{ id: "a", agent: "maker", retry: 2, error_strategy: "degradable" }],
      sees: (run) => course(run, "network_timeout"),
      gives: { with: "maker maker failed", without: "maker maker degraded" },
    },
  ];
}
