import type { Shown } from "./row.ts";

const NOTICES = "test/end-to-end/notices.test.ts";
const SHAPE = "src/core/definition/settings/monitoring.test.ts";

const WEBHOOK =
  "Webhook notifications for state changes: notifications: - type: webhook, events: [started, completed, failed]";
const SLACK =
  "notifications: - type: slack, webhook, channel, events: [failed, completed]; format: text";
const EMAIL =
  "notifications: - type: email, recipients: [user@example.com], events: [failed, completed]";
const SIGNED = "a webhook with a secret is signed, so that its receiver knows who sent it";
const SHORT =
  "progress_webhook and slack_channel, as the production example has them: phase_completed, phase: Account Setup";
const FIGURES = "src/engine/observe/figures.test.ts";
const REFUSES = "refuses what could never be heeded, with the mend";
const OPEN_METRICS = "export_format: prometheus is given as OpenMetrics to whoever asks for that";
const NOT_COUNTED = "metrics: {enabled: false}: runs of that workflow are not counted";
const UPDATES =
  "interval: how far a run is, on standard error and to the progress webhook, until it has ended";
const NO_UPDATES = "format: json; enabled: false: there are none";
const SERVED = "tells what differs from what is served";

const OF_NOTIFICATION: readonly (readonly [key: string, test: string])[] = [
  ["type", WEBHOOK],
  ["url", WEBHOOK],
  ["events", WEBHOOK],
  ["webhook", SLACK],
  ["channel", SLACK],
  ["format", SLACK],
  ["recipients", EMAIL],
  ["secret", SIGNED],
];

/** Who is told of what is seen where they are told: each key by a test of its own. */
export const monitoring: readonly Shown[] = [
  ...["monitoring", "monitoring_config"].flatMap((block) =>
    OF_NOTIFICATION.map(([key, test]) => ({
      key: `${block}.notifications[].${key}`,
      file: NOTICES,
      test,
    })),
  ),
  { key: "monitoring.progress_webhook", file: NOTICES, test: SHORT },
  { key: "monitoring.slack_channel", file: NOTICES, test: SHORT },
  { key: "monitoring.progress_endpoint", file: SHAPE, test: SERVED },
  { key: "monitoring.events_stream", file: SHAPE, test: SERVED },
  { key: "monitoring_config.metrics.endpoint", file: SHAPE, test: SERVED },
  { key: "monitoring.metrics_export", file: SHAPE, test: REFUSES },
  { key: "monitoring_config.metrics.export_format", file: FIGURES, test: OPEN_METRICS },
  { key: "monitoring_config.metrics.enabled", file: FIGURES, test: NOT_COUNTED },
  { key: "monitoring_config.progress_updates.interval", file: NOTICES, test: UPDATES },
  { key: "monitoring_config.progress_updates.enabled", file: NOTICES, test: NO_UPDATES },
  { key: "monitoring_config.progress_updates.format", file: NOTICES, test: NO_UPDATES },
];
