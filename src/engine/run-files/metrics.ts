import { type History, progressOf, statusOf, viewOf } from "../../core/history/index.ts";

type Metric = {
  readonly name: string;
  readonly help: string;
  readonly values: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
};

/** The figures of one run in Prometheus's text format, for a file that a node exporter collects. */
export function metricsOf(history: History): string {
  const { run, workflow, usage } = viewOf(history);
  const of = { run: run ?? "", workflow };
  const costs = Object.entries(usage.costMicros).map(
    ([currency, micros]) => [{ ...of, currency }, micros] as const,
  );
  const metrics: readonly Metric[] = [
    {
      name: "muster_run_status",
      help: "1 for the status that the run has.",
      values: [[{ ...of, status: statusOf(history) }, 1]],
    },
    ...figuresOf(history).map(
      ([name, help, value]): Metric => ({ name, help, values: [[of, value]] }),
    ),
    { name: "muster_run_cost_micros", help: "Millionths of the currency.", values: costs },
  ];
  return metrics
    .filter(({ values }) => values.length > 0)
    .map(written)
    .join("");
}

function figuresOf(history: History): readonly (readonly [name: string, help: string, number])[] {
  const { counts, usage, acceptedAt, endedAt, updatedAt } = viewOf(history);
  const { done, expected } = progressOf(history);
  const ms = (endedAt ?? updatedAt ?? 0) - (acceptedAt ?? 0);
  return [
    ["muster_run_duration_seconds", "From accepted to ended.", ms / 1000],
    ["muster_run_work_done", "Pieces of work that ended well.", done],
    ["muster_run_work_expected", "Pieces of work in it.", expected],
    ["muster_run_attempts", "Attempts given to agents.", counts.attempts],
    ["muster_run_steps_retried", "Steps tried again.", counts.retried],
    ["muster_run_steps_failed", "Steps that failed.", counts.failed],
    ["muster_run_steps_degraded", "Steps gone without.", counts.degraded],
    ["muster_run_errors", "Attempts that failed.", counts.errors],
    ["muster_run_agents_peak", "Most attempts at once.", counts.inFlightPeak],
    ["muster_run_tokens", "Tokens used.", usage.tokens],
    ["muster_run_api_calls", "Calls made.", usage.calls],
  ];
}

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
function written({ name, help, values }: Metric): string {
  const lines = values.map(([labels, value]) => `${name}{${labelled(labels)}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function labelled(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",");
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
