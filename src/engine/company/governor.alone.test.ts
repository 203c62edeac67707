import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCompany } from "./index.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-governor-"));
  for (const room of ["agents", "workflows"]) mkdirSync(join(folder, room));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HUNGRY = `const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 10);`;

test("memory_limit_per_agent of a run holds for an agent that names none, and ends it", async () => {
  writeFileSync(join(folder, "agents", "hungry.mjs"), HUNGRY);
  writeFileSync(
    join(folder, "agents", "hungry.yaml"),
    "kind: command\ncommand: [node, ./agents/hungry.mjs]\neffects: pure\n",
  );
  writeFileSync(
    join(folder, "workflows", "eat.yaml"),
    `resource_config: { compute: { memory_limit_per_agent: 200MB } }
steps: [{ name: Eat, agent: hungry, error_strategy: fail_immediately, timeout: 60s }]
`,
  );
  await using company = await openCompany(folder, { memory: true });
  const started = await company.run("eat");
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  const { status, note } = await company.settled(started.run);
  expect(status).toBe("failed");
  expect(note).toContain(`needed more than ${200 * 1024 * 1024} bytes of memory`);
});

test("a run that waits for a limit of calls says until when, and its resource document is rate_limited", async () => {
  const steps = ["a", "b"].map((id) => ({ id, name: id, agent: "clerk" }));
  await using company = await openCompany(folder, {
    memory: true,
    agents: { clerk: { effects: "pure", attempt: () => ({ outputs: {} }) } },
    workflows: { ask: { resource_config: { api_limits: { max_calls_per_minute: 1 } }, steps } },
  });
  const started = await company.run("ask");
  const { run } = started;
  if (run === null) throw new Error(JSON.stringify(started.problems));
  await expect
    .poll(async () => (await company.waiting(run))?.[0], { timeout: 20_000 })
    .toMatchObject({
      kind: "rate",
      what: expect.stringMatching(/^"b" waits for the rate limit of the run .* until \d{4}-/),
    });
  expect(await company.document(run)).toMatchObject({
    resources: { api_calls: { rate_limited: true } },
  });
});
