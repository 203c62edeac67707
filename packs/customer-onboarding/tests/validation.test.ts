import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { TestResults } from "../agents/parts/end-to-end.ts";
import { type Json, objects, text } from "../agents/parts/protocol.ts";
import { copyPack, outputsOf, type PackCopy } from "./pack-copy.ts";

type Inputs = {
  readonly customers: Json;
  readonly tenants: readonly Json[];
  readonly compliance: readonly Json[];
  readonly docs: readonly Json[];
};

/** The work of steps 1 to 4, each agent told what the workflow tells it. */
async function onboard(pack: PackCopy): Promise<Inputs> {
  const source = { source: "customers.csv", tier: "enterprise", batch_size: 6 };
  const loaded = outputsOf(await pack.attempt("data-engineering", { inputs: source }));
  const customers = loaded["customer_list"] ?? [];
  const accounts = outputsOf(await pack.tenants({ inputs: { customers } }).answer);
  const requirements = ["HIPAA", "SOC2"];
  const settings = await pack.attempt("compliance-checker-agent", { inputs: { requirements } });
  const compliance = outputsOf(settings)["compliance_configs"] as readonly Json[];
  const docs: Json[] = [];
  for (const tenant of objects(accounts["tenants"])) {
    const inputs = { tenant, compliance, market: null };
    const written = outputsOf(await pack.attempt("codi-documentation-writer", { inputs }));
    docs.push(written["documentation_urls"] ?? null);
  }
  return { customers, tenants: accounts["tenant_ids"] as readonly Json[], compliance, docs };
}

const architect = (pack: PackCopy, inputs: Inputs) => pack.attempt("senior-architect", { inputs });
const specialist = (pack: PackCopy, inputs: Inputs) =>
  pack.attempt("testing-specialist", { inputs });
const pathOf = (url: Json | undefined): string => fileURLToPath(text(url));

function installChecker(pack: PackCopy, script: string): void {
  mkdirSync(join(pack.folder, "bin"));
  writeFileSync(join(pack.folder, "bin", "page-check"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe("validation from end to end", () => {
  test("all tenants, pages and configurations of an onboarding pass", async () => {
    using pack = copyPack();
    const answer = await architect(pack, await onboard(pack));
    const results = outputsOf(answer)["validation_results"] as readonly TestResults[];
    expect(results.map((each) => each.subject)).toEqual([
      "CUST-1001",
      "CUST-1002",
      "CUST-1003",
      "CUST-1004",
      "CUST-1005",
      "CUST-1006",
      "HIPAA",
      "SOC2",
    ]);
    expect(results.every((each) => each.passed && each.checks.length > 0)).toBe(true);
    expect(results[0]?.checked_by).toBe("senior-architect");
  });

  const faults: readonly (readonly [string, (pack: PackCopy, told: Inputs) => void, RegExp])[] = [
    [
      "a tenant that is gone",
      (pack) => execute(pack, "DELETE FROM tenants WHERE customer_id = 'CUST-1002'"),
      /CUST-1002: tenant: there are 0 rows/,
    ],
    [
      "a tenant with another id than was told",
      (pack) =>
        execute(
          pack,
          "PRAGMA foreign_keys = OFF; UPDATE tenants SET tenant_id = 'x' WHERE customer_id = 'CUST-1002'",
        ),
      /CUST-1002: tenant: its row says x/,
    ],
    [
      "a tenant with another name",
      (pack) => execute(pack, "UPDATE tenants SET name = 'x' WHERE customer_id = 'CUST-1002'"),
      /CUST-1002: tenant: its row has another name/,
    ],
    [
      "a configuration that is gone",
      (pack) => rmSync(join(pack.folder, "output", "compliance", "SOC2.json")),
      /SOC2: configuration: .* cannot be read/,
    ],
    [
      "a configuration cut short",
      (pack) => writeFileSync(join(pack.folder, "output", "compliance", "SOC2.json"), '{"name'),
      /SOC2: configuration: .* is no JSON/,
    ],
    [
      "a configuration with another setting",
      (pack) => edit(join(pack.folder, "output", "compliance", "SOC2.json"), "AES-256", "none"),
      /SOC2: configuration: .* says something else/,
    ],
    [
      "a page that is gone",
      (_, told) => rmSync(pathOf(told.docs[2])),
      /CUST-1003: page: .* cannot be read/,
    ],
    [
      "a page of another tenant",
      (_, told) => edit(pathOf(told.docs[2]), text(told.tenants[2]), text(told.tenants[3])),
      /CUST-1003: page names the tenant/,
    ],
    [
      "a page with a tag that is never closed",
      (_, told) => edit(pathOf(told.docs[2]), "</ol>", ""),
      /CUST-1003: page is sound: .* closes <body> where another element is open/,
    ],
  ];

  test.each(faults)("%s is found and named", async (_, breakIt, message) => {
    using pack = copyPack();
    const told = await onboard(pack);
    breakIt(pack, told);
    expect(await architect(pack, told)).toMatchObject({
      error: {
        class: "permanent",
        kind: "validation_failed",
        message: expect.stringMatching(message),
      },
    });
  });

  test("a page that was never written is skipped with a warning", async () => {
    using pack = copyPack();
    const told = await onboard(pack);
    const answer = await architect(pack, { ...told, docs: [null, ...told.docs.slice(1)] });
    const results = outputsOf(answer)["validation_results"] as readonly TestResults[];
    expect(results[0]?.checks.at(-1)).toMatchObject({ name: "page", status: "skipped" });
    expect("warnings" in answer && answer.warnings).toEqual([
      "CUST-1001 has no onboarding page to validate.",
    ]);
  });

  test("fewer tenants than customers is found, whatever the rows say", async () => {
    using pack = copyPack();
    const told = await onboard(pack);
    expect(await architect(pack, { ...told, tenants: told.tenants.slice(1) })).toMatchObject({
      error: {
        details: {
          failures: expect.arrayContaining(["all: one tenant each: 6 customers have 5 tenants"]),
        },
      },
    });
  });
});

describe("validation of a locked database", () => {
  test("is a transient error: nothing is wrong with the onboarding", async () => {
    using pack = copyPack();
    const told = await onboard(pack);
    const writer = new DatabaseSync(join(pack.folder, "output", "onboarding.db"));
    writer.exec("BEGIN EXCLUSIVE");
    const answer = await architect(pack, told);
    writer.exec("ROLLBACK");
    writer.close();
    expect(answer).toMatchObject({
      error: { class: "transient", kind: "agent_temporarily_unavailable", certain: true },
    });
  });
});

describe("the testing specialist", () => {
  test("is unavailable where no HTML checker is installed, and has done nothing", async () => {
    using pack = copyPack();
    expect(await specialist(pack, await onboard(pack))).toMatchObject({
      error: { class: "permanent", kind: "agent_unavailable", certain: true },
    });
  });

  test("has every page checked where one is installed", async () => {
    using pack = copyPack();
    installChecker(pack, 'echo "$1" >> "$(dirname "$0")/seen"; grep -q "</html>" "$1"');
    const told = await onboard(pack);
    const results = outputsOf(await specialist(pack, told))["validation_results"];
    expect(results).toMatchObject([
      { checked_by: "testing-specialist" },
      {},
      {},
      {},
      {},
      {},
      {},
      {},
    ]);
    const seen = readFileSync(join(pack.folder, "bin", "seen"), "utf8")
      .trim()
      .split("\n");
    expect(seen.toSorted()).toEqual(told.docs.map(pathOf).toSorted());
  });

  test("tells what the checker says about a page", async () => {
    using pack = copyPack();
    installChecker(
      pack,
      'grep -q CUST-1004 "$1" || exit 0; echo "line 3: stray end tag" >&2; exit 1',
    );
    expect(await specialist(pack, await onboard(pack))).toMatchObject({
      error: {
        kind: "validation_failed",
        message: expect.stringMatching(/CUST-1004: page is sound: .*line 3: stray end tag/),
      },
    });
  });
});

describe("every agent", () => {
  test("told everything again, leaves what is on disk as it is", async () => {
    using pack = copyPack();
    const first = await onboard(pack);
    const rows = pack.rows("SELECT * FROM tenants, tenant_runs USING (tenant_id)");
    expect(await onboard(pack)).toEqual(first);
    expect(pack.rows("SELECT * FROM tenants, tenant_runs USING (tenant_id)")).toEqual(rows);
  });
});

function execute(pack: PackCopy, sql: string): void {
  const database = new DatabaseSync(join(pack.folder, "output", "onboarding.db"));
  database.exec(sql);
  database.close();
}

function edit(path: string, from: string, to: string): void {
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(from, to));
}
