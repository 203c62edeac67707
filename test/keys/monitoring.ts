import type { Shown } from "./row.ts";

const NOTICES = "test/end-to-end/notices.test.ts";
const SHAPE = "src/core/definition/monitoring.test.ts";

const WEBHOOK =
  "Webhook notifications for state changes: notifications: - type: webhook, events: [started, completed, failed]";
const SLACK =
  "notifications: - type: slack, webhook, channel, events: [failed, completed]; format: text";
const EMAIL =
  "notifications: - type: email, recipients: [user@example.com], events: [failed, completed]";
const SIGNED = "a webhook with a secret is signed, so that its receiver knows who sent it";
const SHORT =
  "progress_webhook and slack_channel, as the production example has them: phase_completed, phase: Account Setup";
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
];
