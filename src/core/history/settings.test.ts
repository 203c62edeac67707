import { expect, test } from "vitest";
import { given } from "../../../test/given/run.ts";
import { emptyHistory } from "./history.ts";
import { readEvent } from "./read-event.ts";
import { settingsOf } from "./settings.ts";

test("the settings of a run are those of its definition, and what it was amended to is the run's own word", () => {
  const run = given(`
    max_concurrency: 3
    resource_limits: { total_timeout: 1h }
    steps: [{ id: a, agent: maker }]
  `).start();
  const holds = (): Record<string, unknown> => {
    const history = run.log().reduce(readEvent, emptyHistory(run.run().workflow));
    const settings = settingsOf(history);
    return Object.fromEntries(settings.map(({ key, value, origin }) => [key, [value, origin]]));
  };
  expect(holds()).toMatchObject({
    max_concurrency: [3, "workflow"],
    "resource_limits.total_timeout": ["1h", "workflow"],
    "execution_config.retry_config.max_attempts": [3, "default"],
  });
  const limits = { concurrencyMost: 2, totalTimeoutMs: 7_200_000, attemptsMost: 5 };
  run.tell({ type: "amend", limits, why: "a busy day" });
  const after = holds();
  expect(after).toMatchObject({
    "execution_config.max_concurrency": [2, "run"],
    "execution_config.timeout_total": ["2 h", "run"],
    "execution_config.retry_config.max_attempts": [5, "run"],
  });
  expect(Object.keys(after)).not.toContain("max_concurrency");
  expect(Object.keys(after)).not.toContain("resource_limits.total_timeout");
});
