import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Customer } from "../agents/parts/customer.ts";
import { copyPack, outputsOf, type PackCopy } from "./pack-copy.ts";

const ALL = "SELECT * FROM tenants ORDER BY customer_id";

function customers(count: number, from = 1): readonly Customer[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `CUST-${from + index}`,
    name: `Company ${from + index}`,
    contact: "Ana Silva",
    email: `ana@company-${from + index}.example`,
    tier: "enterprise",
    country: "DE",
    seats: 10 + index,
    signed_on: "2025-10-01",
    logo: "",
  }));
}

async function create(pack: PackCopy, run: string, some = customers(12)): Promise<unknown> {
  const task = { run, key: `${run}/7`, inputs: { customers: some } };
  return outputsOf(await pack.tenants(task).answer)["tenant_ids"];
}

const withdraw = (pack: PackCopy, run: string) =>
  pack.tenants({ run, key: `${run}/90`, inputs: { withdraw: true } }).answer;

describe("creating tenants", () => {
  test("each customer has one tenant, in the order of the customers", async () => {
    using pack = copyPack();
    const ids = await create(pack, "wf_a", customers(25));
    expect(ids).toHaveLength(25);
    const byNumber = "SELECT tenant_id FROM tenants ORDER BY CAST(substr(customer_id, 6) AS INT)";
    expect(pack.rows(byNumber).map((row) => row["tenant_id"])).toEqual(ids);
    for (const id of ids as readonly string[]) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  test("T2 the same task under the same key changes nothing and answers the same", async () => {
    using pack = copyPack();
    const task = { inputs: { customers: customers(12) } };
    const first = await pack.tenants(task).answer;
    const before = pack.rows(ALL);
    expect(await pack.tenants({ ...task, attempt: 2 }).answer).toEqual(first);
    expect(pack.rows(ALL)).toEqual(before);
  });

  test("two processes under one key at once end with one tenant each", async () => {
    using pack = copyPack();
    const task = { inputs: { customers: customers(200) } };
    await create(pack, "wf_test", customers(1));
    const answers = await Promise.all([pack.tenants(task).answer, pack.tenants(task).answer]);
    const locked = answers.filter((answer) => "error" in answer);
    for (const answer of locked) expect(answer).toMatchObject({ error: { class: "transient" } });
    expect(await create(pack, "wf_test", customers(200))).toHaveLength(200);
    expect(pack.rows(ALL)).toHaveLength(200);
  });

  test("T1 a customer whose tenant was removed gets the same id again", async () => {
    using pack = copyPack();
    const ids = await create(pack, "wf_a");
    await withdraw(pack, "wf_a");
    expect(await create(pack, "wf_b")).toEqual(ids);
  });

  test("a later run finds the same tenants, and what changed about a customer is written", async () => {
    using pack = copyPack();
    const [first, ...others] = customers(12);
    const ids = await create(pack, "wf_a");
    const renamed = [{ ...first!, name: "Company One" }, ...others];
    expect(await create(pack, "wf_b", renamed)).toEqual(ids);
    expect(pack.rows(ALL)).toHaveLength(12);
    expect(pack.rows("SELECT name, created_key FROM tenants WHERE customer_id = 'CUST-1'")).toEqual(
      [{ name: "Company One", created_key: "wf_a/7/CUST-1" }],
    );
  });

  test("T3 killed in the middle and told again, it ends with every tenant once", async () => {
    using pack = copyPack();
    const many = customers(20_000);
    const count = (): number => Number(pack.rows("SELECT count(*) AS n FROM tenants")[0]?.["n"]);
    const undisturbed = (await create(pack, "wf_a", customers(1))) as readonly string[];
    const task = { run: "wf_a", key: "wf_a/7", inputs: { customers: many } };
    const killed = pack.tenants(task);
    for (let tries = 0; count() < 50 && tries < 2_000; tries += 1) await wait(5);
    await killed.kill();
    const left = count();
    expect(left).toBeGreaterThanOrEqual(50);
    expect(left).toBeLessThan(many.length);
    expect(left % 10).toBe(0);
    const outputs = outputsOf(await pack.tenants({ ...task, attempt: 2 }).answer);
    expect(outputs["tenant_ids"]).toHaveLength(many.length);
    expect((outputs["tenant_ids"] as readonly string[])[0]).toBe(undisturbed[0]);
    expect(count()).toBe(many.length);
    expect(pack.rows("SELECT count(DISTINCT customer_id) AS n FROM tenants")).toEqual([
      { n: many.length },
    ]);
  });
});

describe("a locked database", () => {
  test("is a transient error, and nothing was done", async () => {
    using pack = copyPack();
    await create(pack, "wf_a", customers(1));
    const writer = new DatabaseSync(join(pack.folder, "output", "onboarding.db"));
    writer.exec("BEGIN EXCLUSIVE");
    const answer = await pack.tenants({ inputs: { customers: customers(5) } }).answer;
    writer.exec("ROLLBACK");
    writer.close();
    expect(answer).toMatchObject({
      error: {
        class: "transient",
        kind: "agent_temporarily_unavailable",
        certain: true,
        message: expect.stringContaining("SQLITE_BUSY"),
      },
    });
    expect(pack.rows(ALL)).toHaveLength(1);
  });

  test("is what the maintenance window causes, until the window ends", async () => {
    using pack = copyPack();
    const maintenance = pack.attempt("database-maintenance", { inputs: { window_ms: 1_500 } });
    const task = { inputs: { customers: customers(3) } };
    await wait(50);
    expect(await pack.tenants(task).answer).toMatchObject({
      error: { kind: "agent_temporarily_unavailable" },
    });
    expect(outputsOf(await maintenance)).toMatchObject({ tenants_before: 0 });
    expect(outputsOf(await pack.tenants(task).answer)["tenant_ids"]).toHaveLength(3);
  });

  test("is given back when maintenance is stopped", async () => {
    using pack = copyPack();
    const stop = new AbortController();
    const inputs = { window_ms: 30_000 };
    const maintenance = pack.attempt("database-maintenance", { inputs }, stop.signal);
    await wait(50);
    stop.abort();
    await expect(maintenance).rejects.toThrow("aborted");
    expect(await create(pack, "wf_a")).toHaveLength(12);
  });

  test("is backed up before: the copy holds what was there", async () => {
    using pack = copyPack();
    await create(pack, "wf_a");
    const maintain = () => pack.attempt("database-maintenance", { inputs: { window_ms: 0 } });
    expect(outputsOf(await maintain())).toMatchObject({ tenants_before: 12 });
    expect(outputsOf(await maintain())).toMatchObject({ tenants_before: 12 });
    const copy = new DatabaseSync(join(pack.folder, "output", "backup", "onboarding.db"));
    expect(copy.prepare("SELECT count(*) AS n FROM tenants").get()).toEqual({ n: 12 });
    copy.close();
  });
});

describe("undoing a run", () => {
  test("removes the tenants it created, also when told twice", async () => {
    using pack = copyPack();
    await create(pack, "wf_a");
    expect(await withdraw(pack, "wf_a")).toEqual({ outputs: { withdrawn: 12, kept: 0 } });
    expect(await withdraw(pack, "wf_a")).toEqual({ outputs: { withdrawn: 0, kept: 0 } });
    expect(pack.rows(ALL)).toEqual([]);
  });

  test("T4 leaves the tenants that another run asked for as well", async () => {
    using pack = copyPack();
    await create(pack, "wf_a", customers(10));
    await create(pack, "wf_b", customers(10, 6));
    expect(await withdraw(pack, "wf_a")).toEqual({ outputs: { withdrawn: 5, kept: 5 } });
    expect(pack.rows(ALL)).toHaveLength(10);
    expect(await withdraw(pack, "wf_b")).toEqual({ outputs: { withdrawn: 10, kept: 0 } });
  });

  test("of a run that created nothing is done at once", async () => {
    using pack = copyPack();
    expect(await withdraw(pack, "wf_a")).toEqual({ outputs: { withdrawn: 0, kept: 0 } });
  });
});

describe("what cannot be done", () => {
  test("a customer without a name is a permanent error, and nobody gets a tenant", async () => {
    using pack = copyPack();
    const some = [...customers(3), { id: "CUST-9" }];
    const answer = await pack.tenants({ inputs: { customers: some } }).answer;
    expect(answer).toMatchObject({
      error: { kind: "invalid_input_data", message: expect.stringContaining("customers[3]") },
    });
    expect(pack.rows(ALL)).toEqual([]);
  });

  test("a damaged database is a critical error with the mend", async () => {
    using pack = copyPack();
    mkdirSync(join(pack.folder, "output"));
    writeFileSync(join(pack.folder, "output", "onboarding.db"), "no database at all ".repeat(500));
    const answer = await pack.tenants({ inputs: { customers: customers(1) } }).answer;
    expect(answer).toMatchObject({
      error: {
        class: "critical",
        kind: "data_corruption",
        message: expect.stringMatching(/remove/),
      },
    });
  });
});
