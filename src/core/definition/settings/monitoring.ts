import { suggestion } from "../../expression/index.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { durationMs } from "../types/duration-value.ts";
import { type Monitoring, NOTICE_EVENTS, type NoticeEvent, type NoticeRule } from "../workflow.ts";
import type { NotificationSource, WorkflowSource } from "../workflow-source.ts";

/** Of progress updates, where the author names no time. */
const PROGRESS_EVERY_MS = 30_000;
const PROGRESS_EVERY_MS_LEAST = 1_000;
/** Notifications of one workflow; each is looked at with each event of its runs. */
const NOTIFICATIONS_MOST = 50;

/** What people are told of who name no events: the end, and what needs them. */
const EVENTS: readonly NoticeEvent[] = [
  "completed",
  "failed",
  "paused",
  "escalated",
  "approval_needed",
];
/** Of `slack_channel`. */
const TALK: readonly NoticeEvent[] = ["started", ...EVENTS, "cancelled"];
/** Of `progress_webhook`: each change of the run's state, and its progress. */
const CHANGES: readonly NoticeEvent[] = [
  ...TALK,
  "phase_completed",
  "resumed",
  "budget_exceeded",
  "rolled_back",
  "progress",
];

/** Who is told of what, how often, and whether runs are counted: `monitoring` and `monitoring_config`. */
export function readMonitoring(source: Partial<WorkflowSource>, report: Report): Monitoring {
  const { monitoring, monitoring_config: config } = source;
  const notices = [
    ...shortNotices(source, report),
    ...noticesOf(monitoring?.notifications, ["monitoring"], report),
    ...noticesOf(config?.notifications, ["monitoring_config"], report),
  ];
  if (notices.length > NOTIFICATIONS_MOST)
    report.add({
      code: "limit",
      message: `A workflow has at most ${NOTIFICATIONS_MOST} notifications; these are ${notices.length}.`,
      mend: "Send them to one address that passes them on.",
      path: ["monitoring"],
    });
  checkServed(source, report);
  const progress = progressOf(source, report);
  const metrics = config?.metrics?.enabled;
  return {
    ...(notices.length > 0 ? { notices } : {}),
    ...(progress === null ? {} : { progress }),
    ...(metrics === undefined ? {} : { metrics }),
  };
}

function shortNotices(
  { monitoring, monitoring_config: config }: Partial<WorkflowSource>,
  report: Report,
): readonly NoticeRule[] {
  const format = config?.progress_updates?.format ?? "json";
  const { progress_webhook: url, slack_channel: room } = monitoring ?? {};
  if (url !== undefined) checkAddress(url, ["monitoring", "progress_webhook"], report);
  return [
    ...(url === undefined
      ? []
      : [{ type: "webhook", url, events: CHANGES, format } satisfies NoticeRule]),
    ...(room === undefined
      ? []
      : [{ type: "slack", room, events: TALK, format: "text" } satisfies NoticeRule]),
  ];
}

function noticesOf(
  notifications: readonly NotificationSource[] | undefined,
  block: ValuePath,
  report: Report,
): readonly NoticeRule[] {
  return (notifications ?? []).map((said, index): NoticeRule => {
    const path = [...block, "notifications", index];
    checkTarget(said, path, report);
    const { type, channel, secret, recipients, format } = said;
    const url = said.url ?? said.webhook;
    return {
      type,
      ...(url === undefined ? {} : { url }),
      ...(channel === undefined ? {} : { room: channel }),
      ...(secret === undefined ? {} : { secret }),
      ...(recipients === undefined ? {} : { recipients }),
      events: eventsOf(said.events, [...path, "events"], report),
      format: format ?? (type === "webhook" ? "json" : "text"),
    };
  });
}

function eventsOf(
  said: readonly string[] | undefined,
  path: ValuePath,
  report: Report,
): readonly NoticeEvent[] {
  if (said === undefined) return EVENTS;
  return said.flatMap((name, index) => {
    const known = NOTICE_EVENTS.find((one) => one === name);
    if (known !== undefined) return [known];
    report.add({
      code: "wrong-value",
      message: `Nobody can be told of "${name}".`,
      mend: suggestion(name, NOTICE_EVENTS, "Events"),
      path: [...path, index],
    });
    return [];
  });
}

/** Keys that go with another type are refused: they would never be heeded. */
const GOES_WITH: Readonly<Record<string, readonly NoticeRule["type"][]>> = {
  url: ["webhook"],
  webhook: ["slack"],
  channel: ["slack"],
  secret: ["webhook"],
  recipients: ["email"],
};

function checkTarget(said: NotificationSource, path: ValuePath, report: Report): void {
  const { type, url, webhook, recipients } = said;
  for (const [key, types] of Object.entries(GOES_WITH))
    if (Object.hasOwn(said, key) && !types.includes(type))
      report.add({
        code: "wrong-value",
        message: `"${key}" goes with type: ${types.join(" or ")}; this is ${type}.`,
        mend: "Take it away, or change the type.",
        path: [...path, key],
        key: true,
      });
  if (type === "webhook" && url === undefined)
    report.add({
      code: "missing-key",
      message: "This webhook has no address.",
      mend: "Write url: https://…, or url: $env.NAME.",
      path,
    });
  if (type === "email" && (recipients ?? []).length === 0)
    report.add({
      code: "missing-key",
      message: "This e-mail has no recipients.",
      mend: "Write recipients: [user@example.com].",
      path,
    });
  if (said.secret !== undefined && !ENV.test(said.secret))
    report.add({
      code: "wrong-value",
      message: "A secret does not stand in a workflow's file: the log would keep it.",
      mend: "Put it into the environment, and write secret: $env.NAME.",
      path: [...path, "secret"],
    });
  if (url !== undefined) checkAddress(url, [...path, "url"], report);
  if (webhook !== undefined) checkAddress(webhook, [...path, "webhook"], report);
}

const ENV = /^\$env\.[A-Za-z_][A-Za-z0-9_]*$/;

function checkAddress(address: string, path: ValuePath, report: Report): void {
  if (/^https?:\/\/[^\s/]/.test(address) || ENV.test(address)) return;
  report.add({
    code: "wrong-value",
    message: `"${address}" is no address that can be told: it begins with http:// or https://.`,
    mend: "Write the whole address; one that is secret, as $env.NAME.",
    path,
  });
}

function progressOf(
  { monitoring_config: config }: Partial<WorkflowSource>,
  report: Report,
): NonNullable<Monitoring["progress"]> | null {
  const updates = config?.progress_updates;
  if (updates === undefined || updates.enabled === false) return null;
  const path = ["monitoring_config", "progress_updates", "interval"];
  const everyMs = durationMs(updates.interval, {
    path,
    report,
    leastMs: PROGRESS_EVERY_MS_LEAST,
  });
  return { everyMs: everyMs ?? PROGRESS_EVERY_MS, format: updates.format ?? "text" };
}

/** Where it differs from what is served, the author is told where to look instead. */
function checkServed(source: Partial<WorkflowSource>, report: Report): void {
  const { monitoring, monitoring_config: config } = source;
  const served = [
    [monitoring?.progress_endpoint, PROGRESS, ["monitoring", "progress_endpoint"]],
    [monitoring?.events_stream, STREAM, ["monitoring", "events_stream"]],
    [config?.metrics?.endpoint, METRICS, ["monitoring_config", "metrics", "endpoint"]],
  ] as const;
  for (const [said, { is, at }, path] of served)
    if (said !== undefined && !is.test(said))
      report.add({
        code: "advice",
        severity: "warning",
        message: `Nothing is served at "${said}"; what you look for is at ${at}.`,
        mend: `Write ${at}, or leave this key out.`,
        path,
      });
  checkFormat(monitoring?.metrics_export, ["monitoring", "metrics_export"], report);
  checkFormat(
    config?.metrics?.export_format,
    ["monitoring_config", "metrics", "export_format"],
    report,
  );
}

const ID = "\\{(?:workflow_id|id|run)\\}";
const PROGRESS = {
  is: new RegExp(`^(?:https?://[^/]+)?/api/workflows/${ID}/progress$`),
  at: "/api/workflows/{workflow_id}/progress",
};
const STREAM = {
  is: new RegExp(`^(?:(?:ws|http)s?:/)?(?:/[^/]+)??/api/workflows/${ID}/events$`),
  at: "/api/workflows/{workflow_id}/events",
};
const METRICS = { is: /^(?:https?:\/\/[^/]+)?\/metrics$/, at: "/metrics" };

function checkFormat(said: string | undefined, path: ValuePath, report: Report): void {
  if (said === undefined || FORMATS.includes(said)) return;
  report.add({
    code: "wrong-value",
    message: `Figures are given in one format, prometheus; not in "${said}".`,
    mend: "Write prometheus, or leave this key out.",
    path,
  });
}

const FORMATS: readonly string[] = ["prometheus", "prometheus_format", "openmetrics"];
