import { spawn } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { openCompany } from "../../../src/index.ts";
import { copyPack, type PackCopy } from "./pack-copy.ts";

const WORKFLOW = "customer-onboarding-automation";
const LIBRARY = pathToFileURL(resolve(import.meta.dirname, "../../../src/index.ts")).href;
const STEPS = ["preparation/1", "account-setup/2", "account-setup/3", "documentation/4"];

type Company = Awaited<ReturnType<typeof openCompany>>;
type RunId = Parameters<Company["settled"]>[0];
/** An event, its data beside its type and step. */
type Told = Readonly<Record<string, unknown>> & { readonly type: string; readonly step: string };

async function start(company: Company, params: Parameters<Company["run"]>[1] = {}): Promise<RunId> {
  const started = await company.run(WORKFLOW, params);
  if (started.run === null)
    throw new Error(started.problems.map((each) => each.message).join("\n"));
  return started.run;
}

async function told(company: Company, run: RunId): Promise<readonly Told[]> {
  const events: Told[] = [];
  for await (const { type, step, data } of company.events(run))
    events.push({ ...data, type, step });
  return events;
}

/** What the run left in the world: the tenants, the configurations and the pages. */
function work(pack: PackCopy): Readonly<Record<string, unknown>> {
  const files = globSync("output/{compliance,docs}/**/*.{json,html}", { cwd: pack.folder });
  const text = (file: string): string => readFileSync(join(pack.folder, file), "utf8");
  return {
    tenants: pack.rows("SELECT tenant_id, customer_id, name FROM tenants ORDER BY customer_id"),
    files: Object.fromEntries(files.toSorted().map((file) => [file, text(file)])),
  };
}

const count = (pack: PackCopy, kind: "tenants" | "files"): number =>
  Object.keys(work(pack)[kind] as object).length;

describe("the onboarding workflow", () => {
  test("is read without a problem", async () => {
    using pack = copyPack();
    await using company = await openCompany(pack.folder);
    expect(await company.check()).toEqual([]);
  });

  test("onboards fifty customers: it retries, degrades, falls back and completes", async () => {
    using pack = copyPack();
    await using company = await openCompany(pack.folder);
    const run = await start(company);
    const standing = await company.settled(run);
    expect(standing).toMatchObject({ status: "completed" });
    const events = await told(company, run);
    const of = (type: string, step: string) =>
      events.filter((event) => event.type === type && event.step === step);

    for (const step of STEPS) {
      expect(of("step.finished", step)).toMatchObject([{ outcome: "completed" }]);
    }
    expect(of("attempt.ended", "account-setup/2")[0]).toMatchObject({
      outcome: "failed",
      error: { class: "transient", kind: "agent_temporarily_unavailable" },
    });
    expect(of("step.finished", "account-setup/analytics")).toMatchObject([
      {
        outcome: "degraded",
        error: { kind: "non_critical_data_missing" },
        impact: "Market analytics section will be marked as incomplete",
        warning: "Workflow will complete but output may be partial",
      },
    ]);
    expect(of("attempt.ended", "validation/5")).toMatchObject([
      { error: { kind: "agent_unavailable" } },
    ]);
    expect(of("attempt.started", "validation/5")).toMatchObject([
      { agent: "senior-architect", fallback: expect.stringContaining("Broader architecture") },
    ]);
    expect(of("step.finished", "validation/5")).toMatchObject([{ outcome: "completed" }]);
    expect(count(pack, "tenants")).toBe(50);
    expect(count(pack, "files")).toBe(52);
  });

  test("run a second time, finds its tenants and changes nothing", async () => {
    using pack = copyPack();
    await using company = await openCompany(pack.folder);
    await company.settled(await start(company));
    const before = work(pack);
    expect(await company.settled(await start(company))).toMatchObject({ status: "completed" });
    expect(work(pack)).toEqual(before);
  });

  test("has nothing to degrade or fall back to where everything is delivered and installed", async () => {
    using pack = copyPack();
    const example = join(pack.folder, "examples", "market-analytics.csv");
    cpSync(example, join(pack.folder, "market-analytics.csv"));
    mkdirSync(join(pack.folder, "bin"));
    const checker = '#!/bin/sh\ngrep -q "</html>" "$1"\n';
    writeFileSync(join(pack.folder, "bin", "page-check"), checker, { mode: 0o755 });
    await using company = await openCompany(pack.folder);
    const run = await start(company, { compliance_required: ["GDPR"] });
    expect(await company.settled(run)).toMatchObject({ status: "completed" });
    const events = await told(company, run);
    expect(events.filter((event) => event["outcome"] === "degraded")).toEqual([]);
    expect(events.filter((event) => event["agent"] === "senior-architect")).toEqual([]);
    expect(JSON.stringify(work(pack))).not.toContain("incomplete.");
    expect(count(pack, "files")).toBe(51);
  });

  test("fails at once where a framework is unknown, and says which are known", async () => {
    using pack = copyPack();
    await using company = await openCompany(pack.folder);
    const run = await start(company, { compliance_required: ["HIPPO"] });
    expect(await company.settled(run)).toMatchObject({ status: "failed" });
    const failed = (await told(company, run)).filter(
      (event) => event.type === "attempt.ended" || event.type === "step.finished",
    );
    expect(failed).toContainEqual(
      expect.objectContaining({
        step: "account-setup/3",
        error: expect.objectContaining({
          kind: "invalid_input_data",
          message: expect.stringContaining("HIPAA, SOC2, GDPR"),
        }),
      }),
    );
  });

  test("cancelled with rollback, withdraws the tenants it created", async () => {
    using pack = copyPack();
    const file = join(pack.folder, "workflows", `${WORKFLOW}.yaml`);
    const documentation = "  - name: Documentation\n";
    const gate = `  - name: Release\n    steps:\n      - id: release\n        gate: Shall they be told?\n\n`;
    const written = readFileSync(file, "utf8");
    writeFileSync(file, written.replace(documentation, gate + documentation));
    await using company = await openCompany(pack.folder);
    const run = await start(company);
    await company.settled(run);
    expect(count(pack, "tenants")).toBe(50);
    await company.send(run, { type: "cancel", why: "The contract fell through.", rollback: true });
    expect(await company.settled(run)).toMatchObject({ status: "rolled back" });
    expect(count(pack, "tenants")).toBe(0);
  });
});

describe("the onboarding workflow, killed in the middle", () => {
  /** A process of its own that starts the run, or finds it again, and waits for its end. */
  function startProcess(pack: PackCopy): { readonly kill: () => Promise<void> } {
    const program = `
      import { openCompany } from ${JSON.stringify(LIBRARY)};
      const company = await openCompany(${JSON.stringify(pack.folder)});
      const started = await company.run("${WORKFLOW}", {}, { requestId: "once" });
      await company.settled(started.run);
      await company.close();`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    child.once("close", () => end());
    return {
      kill: () => {
        child.kill("SIGKILL");
        return ended;
      },
    };
  }

  test("again and again, it ends with the work of an undisturbed run", async () => {
    using calm = copyPack();
    await using company = await openCompany(calm.folder);
    await company.settled(await start(company));

    using pack = copyPack();
    for (const afterMs of [600, 1_200, 2_500, 900]) {
      const killed = startProcess(pack);
      await wait(afterMs);
      await killed.kill();
    }
    await using reopened = await openCompany(pack.folder);
    const started = await reopened.run(WORKFLOW, {}, { requestId: "once" });
    if (started.run === null) throw new Error(started.problems[0]?.message);
    expect(await reopened.settled(started.run)).toMatchObject({ status: "completed" });
    expect(reopened.runs({ most: 10 })).toHaveLength(1);
    // Pages name the folder nowhere, so that both packs' work can be compared as it is.
    expect(work(pack)).toEqual(work(calm));
  });
});
