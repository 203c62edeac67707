import { expect, test } from "vitest";
import { veiled } from "./veil.ts";

test("settings are shown without the secrets in them", () => {
  const slack = "https://hooks.slack.com/services/T0/B0/abcdefgh";
  expect(
    veiled([
      { type: "slack", webhook: slack, channel: "#workflows" },
      {
        type: "webhook",
        url: "https://me:pass@example.com/hook?token=abc",
        secret: "s3cret-value",
      },
      { type: "webhook", url: slack, secret: "$env.SECRET" },
      { type: "email", recipients: ["user@example.com"], events: ["failed"] },
    ]),
  ).toEqual([
    { type: "slack", webhook: "https://hooks.slack.com/…", channel: "#workflows" },
    { type: "webhook", url: "https://…@example.com/hook?…", secret: "…" },
    { type: "webhook", url: "https://hooks.slack.com/…", secret: "$env.SECRET" },
    { type: "email", recipients: ["user@example.com"], events: ["failed"] },
  ]);
  expect(veiled("https://company.com/webhooks/onboarding", "progress_webhook")).toBe(
    "https://company.com/webhooks/onboarding",
  );
  expect(veiled(5)).toBe(5);
});
