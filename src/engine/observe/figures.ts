import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Registry } from "prom-client";
import type { Buckets } from "./buckets.ts";
import { type CounterName, labelsOf, type Meter } from "./meter.ts";

/** What is looked up when figures are asked for. */
export type Now = {
  /** Runs by status. */
  readonly runs: readonly { readonly status: string; readonly count: number }[];
  /** In this process: signals to be decided, attempts in hand, and those of them that wait for a place. */
  readonly signals: number;
  readonly attempts: number;
  readonly placing: number;
  /** Notices by type and status. */
  readonly notices: readonly {
    readonly type: string;
    readonly status: string;
    readonly count: number;
  }[];
  readonly noticesWaiting: number;
};

export type Format = "prometheus" | "openmetrics";

export type Figures = {
  readonly text: (format: Format) => Promise<{ readonly type: string; readonly text: string }>;
  readonly close: () => void;
};

/** How often the delay of the event loop is measured. */
const DELAY_EVERY_MS = 50;
const QUANTILES = [0.5, 0.9, 0.99] as const;

/** The figures of a company for whoever collects them; what writes them is loaded when it is first asked for. */
export function openFigures(meter: Meter, now: () => Now): Figures {
  const delay = monitorEventLoopDelay({ resolution: DELAY_EVERY_MS });
  delay.enable();
  return {
    async text(format) {
      const { Registry: Book } = await import("prom-client");
      const registry = new Book();
      if (format === "openmetrics") registry.setContentType(Book.OPENMETRICS_CONTENT_TYPE as never);
      const tell = teller(registry as Registry, format);
      counters(tell, meter);
      current(tell, now());
      const seconds = (nanoseconds: number): number => nanoseconds / 1e9 || 0;
      tell(
        gauge("event_loop_delay_seconds", "How late the event loop was."),
        QUANTILES.map((quantile) => ({
          labels: { quantile: String(quantile) },
          value: seconds(delay.percentile(quantile * 100)),
        })),
      );
      tell(gauge("resident_bytes", "Memory of this process."), [
        { value: process.memoryUsage.rss() },
      ]);
      const cpu = process.cpuUsage();
      const used = (cpu.user + cpu.system) / 1e6;
      tell({ type: "counter", name: "cpu_seconds", help: "Processor time of this process." }, [
        { value: used },
      ]);
      return { type: registry.contentType, text: await registry.metrics() };
    },
    close: () => delay.disable(),
  };
}

type Value = {
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
};

type Figure = {
  readonly type: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
};

function gauge(name: string, help: string): Figure {
  return { type: "gauge", name, help };
}

type Tell = (figure: Figure, values: readonly Value[]) => void;

/** OpenMetrics puts `_total` behind a counter's name itself; in the older format it belongs to the name. */
function teller(registry: Registry, format: Format): Tell {
  return ({ type, name, help }, values) => {
    const isCounter = type === "counter" && format === "prometheus";
    const full = `muster_${name}${isCounter ? "_total" : ""}`;
    const metric = { name: full, help, type, aggregator: "sum", values };
    registry.registerMetric({ ...metric, get: async () => metric } as never);
  };
}

const HELP: Readonly<Record<CounterName, string>> = {
  runs_started: "Runs that were accepted.",
  runs_finished: "Runs that ended, by how.",
  steps_finished: "Steps that ended, by how.",
  steps_skipped: "Steps that were left out.",
  attempts_started: "Attempts that agents were given.",
  attempts_ended: "Attempts that ended, by how.",
  retries: "Attempts after the first.",
  exceptions_raised: "Exceptions that wait for a person.",
  gates_opened: "Gates that wait for a decision.",
  tokens: "Tokens that agents said they used.",
  cost_micros: "Millionths of the currency that agents said they spent.",
  agent_calls: "Calls of interfaces that agents said they made.",
  events: "Events written to the log.",
  commits: "Transactions of the log.",
};

function counters(tell: Tell, { counters: all, runSeconds, commitSeconds }: Meter): void {
  for (const name of Object.keys(HELP) as CounterName[]) {
    const series = [...(all.get(name) ?? [])];
    const values = series.map(([key, value]) => ({ labels: labelsOf(name, key), value }));
    tell({ type: "counter", name, help: HELP[name] }, values);
  }
  const runs = [...runSeconds].flatMap(([key, buckets]) =>
    bucketValues("muster_run_duration_seconds", labelsOf("runs_finished", key), buckets),
  );
  tell({ type: "histogram", name: "run_duration_seconds", help: "How long runs took." }, runs);
  const commits = bucketValues("muster_commit_duration_seconds", {}, commitSeconds);
  tell(
    { type: "histogram", name: "commit_duration_seconds", help: "How long commits took." },
    commits,
  );
}

function bucketValues(
  name: string,
  labels: Readonly<Record<string, string>>,
  { bounds, counts, sum, count }: Buckets,
): readonly Value[] {
  let up = 0;
  const values = [...bounds, "+Inf"].map((le, at) => {
    up += counts[at] ?? 0;
    return { labels: { le, ...labels }, value: up, metricName: `${name}_bucket` };
  });
  return [
    ...values,
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}

function current(tell: Tell, now: Now): void {
  tell(
    gauge("runs", "Runs in the log, by status."),
    now.runs.map(({ status, count }) => ({ labels: { status }, value: count })),
  );
  tell(gauge("signals_waiting", "Signals that wait to be decided."), [{ value: now.signals }]);
  tell(gauge("attempts_in_hand", "Attempts of this process."), [{ value: now.attempts }]);
  tell(gauge("attempts_waiting", "Attempts that wait for a place."), [{ value: now.placing }]);
  tell(
    gauge("notices", "Notices kept, by type and status."),
    now.notices.map(({ type, status, count }) => ({ labels: { type, status }, value: count })),
  );
  tell(gauge("notices_waiting", "Notices that wait to be sent."), [{ value: now.noticesWaiting }]);
}
