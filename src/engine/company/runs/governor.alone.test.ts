import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { StreamId } from "../../../core/id.ts";
import { lookIntoSqlite } from "../../store/index.ts";
import { type Company, openCompany } from "../index.ts";

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

/** So much processor time it uses; a machine that does much else makes it slower, never quicker. */
const BUSY = `
const [begun, before] = [performance.now(), process.cpuUsage()];
const usedMs = () => { const { user, system } = process.cpuUsage(before); return (user + system) / 1000; };
while (usedMs() < 600);
const cores = usedMs() / (performance.now() - begun);
const error = { kind: "agent_failed", message: cores + " cores were busy." };
process.stdout.write(JSON.stringify(cores < 0.5 ? { outputs: {} } : { error }));
`;

test("cpu_limit_per_agent of a run holds for an agent that names none, and slows it", async () => {
  writeFileSync(join(folder, "agents", "busy.mjs"), BUSY);
  writeFileSync(
    join(folder, "agents", "busy.yaml"),
    "kind: command\ncommand: [node, ./agents/busy.mjs]\neffects: pure\n",
  );
  writeFileSync(
    join(folder, "workflows", "count.yaml"),
    `resource_config: { compute: { cpu_limit_per_agent: 0.1 } }
steps: [{ name: Count, agent: busy, timeout: 60s, error_strategy: fail_immediately }]
`,
  );
  const lines: string[] = [];
  const line = ({ text }: { readonly text: string }) => lines.push(text);
  await using company = await openCompany(folder, { memory: true, line });
  const started = await company.run("count");
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  expect(await company.settled(started.run)).toMatchObject({ status: "completed" });
  expect(lines).toEqual([expect.stringContaining("is slowed to that (cpu_limit_per_agent)")]);
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

test("most without adaptive: never more is in flight at once, over all runs, and all is done", async () => {
  writeFileSync(join(folder, "map.yaml"), "muster: 1\ncompany: acme\nconcurrency: { most: 3 }\n");
  let inFlight = 0;
  let highest = 0;
  const attempt = async () => {
    inFlight += 1;
    highest = Math.max(highest, inFlight);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inFlight -= 1;
    return { outputs: {} };
  };
  const steps = Array.from({ length: 6 }, (_, at) => ({ id: `s${at}`, agent: "clerk" }));
  await using company: Company = await openCompany(folder, {
    memory: true,
    agents: { clerk: { effects: "pure", attempt } },
    workflows: { many: { execution_config: { mode: "parallel", max_concurrency: 6 }, steps } },
  });
  const started = await Promise.all([company.run("many"), company.run("many")]);
  for (const one of started) {
    const { run } = one;
    if (run === null) throw new Error(JSON.stringify(one.problems));
    expect((await company.settled(run)).status).toBe("completed");
  }
  expect(highest).toBe(3);
});

/** Blocks the event loop, as a machine with too much to do does. */
function busy(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

function limitsIn(): readonly Limited[] {
  const log = lookIntoSqlite(folder);
  if (log === null) return [];
  const events = [...log.read("company" as StreamId)];
  void log.close();
  return events
    .filter(({ type }) => type === "governor.limited")
    .map(({ data }) => data as Limited);
}

type Limited = { readonly from: number; readonly to: number; readonly why: string };

test("adaptive: Auto-adjust based on system load: the limit falls while the process is late, and rises again, with events that say why", {
  timeout: 60_000,
}, async () => {
  writeFileSync(
    join(folder, "map.yaml"),
    "muster: 1\ncompany: acme\nconcurrency: { most: 8, adaptive: true }\n",
  );
  let goOn = (): void => {};
  const released = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const attempt = () => released.then(() => ({ outputs: {} }));
  const steps = Array.from({ length: 6 }, (_, at) => ({ id: `s${at}`, agent: "clerk" }));
  await using company: Company = await openCompany(folder, {
    agents: { clerk: { effects: "pure", attempt } },
    workflows: { many: { execution_config: { mode: "parallel", max_concurrency: 6 }, steps } },
  });
  const started = await company.run("many");
  const { run } = started;
  if (run === null) throw new Error(JSON.stringify(started.problems));
  await expect
    .poll(
      () => {
        busy(600);
        return limitsIn()[0];
      },
      { timeout: 30_000, interval: 200 },
    )
    .toMatchObject({ from: 8, why: expect.stringContaining("The event loop was late by") });
  expect(limitsIn()[0]?.to).toBeLessThan(8);
  goOn();
  expect((await company.settled(run)).status).toBe("completed");
  await expect.poll(() => limitsIn().at(-1)?.to, { timeout: 30_000, interval: 500 }).toBe(8);
  expect(limitsIn().at(-1)?.why).toContain("The event loop is late by");
});
