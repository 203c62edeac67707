import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import {
  type Answer,
  isList,
  isObject,
  type Json,
  objects,
  type Refusal,
  type Task,
  text,
} from "./protocol.ts";
import { escapeHtml } from "./template.ts";

export const FOLDER: string = resolve(import.meta.dirname, "..", "..");
const DATABASE = join(FOLDER, "output", "onboarding.db");
const LOCK_WAIT_MS = 2_000;
/** Failed checks that an error carries, so that it stays readable. */
const FAILURES_SHOWN_MOST = 20;

export type Check = {
  readonly name: string;
  readonly status: "passed" | "failed" | "skipped";
  /** What was found; "" where there is nothing to say. */
  readonly note: string;
};

/** Of one customer, or of one compliance framework. */
export type TestResults = {
  readonly subject: string;
  readonly passed: boolean;
  readonly checked_by: string;
  readonly checks: readonly Check[];
};

/** A page as it was promised and as it was found; `html` is null where it could not be read. */
export type Page = {
  readonly customer: string;
  readonly path: string;
  readonly html: string | null;
};
/** What is wrong with pages, by their paths; a page that is not in it is well. */
export type PageChecker = (pages: readonly Page[]) => Promise<ReadonlyMap<string, string>>;

type Fields = { readonly [name: string]: Json };

/**
 * Every customer has exactly one tenant, and it is the one that was told; every configuration is on
 * disk as it was told; every page is on disk, names its tenant and its customer, and passes the
 * `checker`. Reads only. A page that was never promised (its step was allowed to fail) is skipped.
 */
export async function validate(task: Task, by: string, checker: PageChecker): Promise<Answer> {
  const customers = objects(task.inputs["customers"]);
  const ids = isList(task.inputs["tenants"]) ? task.inputs["tenants"].map(text) : [];
  const urls = isList(task.inputs["docs"]) ? task.inputs["docs"].map(text) : [];
  const rows = readTenants();
  if ("error" in rows) return rows;
  const pages = await Promise.all(
    customers.map((customer, index) => readPage(text(customer["id"]), urls[index] ?? "")),
  );
  const wrong = await checker(pages.filter((page) => page.html !== null));
  const results: TestResults[] = customers.map((customer, index) => {
    const id = ids[index] ?? "";
    const page = pages[index] ?? { customer: "", path: "", html: null };
    return result(by, text(customer["id"]), [
      checkTenant(customer, id, rows),
      ...checkPage(customer, id, page),
      ...(page.html === null ? [] : [checked(page, wrong)]),
    ]);
  });
  for (const config of objects(task.inputs["compliance"])) {
    results.push(result(by, text(config["framework"]), [await checkConfig(config)]));
  }
  if (customers.length !== ids.length) {
    const note = `${customers.length} customers have ${ids.length} tenants`;
    results.push(result(by, "all", [verdict("one tenant each", note)]));
  }
  return conclude(results);
}

function conclude(results: readonly TestResults[]): Answer {
  const skipped = results.filter((each) => each.checks.some((check) => check.status === "skipped"));
  const warnings = skipped.map(({ subject }) => `${subject} has no onboarding page to validate.`);
  const failures = results
    .filter((each) => !each.passed)
    .flatMap(({ subject, checks }) =>
      checks
        .filter((check) => check.status === "failed")
        .map((check) => `${subject}: ${check.name}: ${check.note}`),
    );
  if (failures.length === 0) return { outputs: { validation_results: results }, warnings };
  const message = `${failures.length} checks failed, first ${failures[0]}. Look at output/, then run again: what is missing is made anew.`;
  const details = { failures: failures.slice(0, FAILURES_SHOWN_MOST) };
  const certain = true;
  return { error: { class: "permanent", kind: "validation_failed", message, certain, details } };
}

type TenantRow = { readonly tenant_id: string; readonly name: string; readonly email: string };

type TenantsByCustomer = ReadonlyMap<string, readonly TenantRow[]>;

function readTenants(): TenantsByCustomer | Extract<Answer, { readonly error: Refusal }> {
  const found = new Map<string, TenantRow[]>();
  if (!existsSync(DATABASE)) return found;
  const database = new DatabaseSync(DATABASE, { readOnly: true, timeout: LOCK_WAIT_MS });
  try {
    const query = "SELECT customer_id, tenant_id, name, email FROM tenants";
    for (const row of database.prepare(query).all()) {
      const customer = String(row["customer_id"]);
      const [tenant_id, name, email] = [row["tenant_id"], row["name"], row["email"]].map(String);
      const tenant = { tenant_id: tenant_id ?? "", name: name ?? "", email: email ?? "" };
      found.set(customer, [...(found.get(customer) ?? []), tenant]);
    }
    return found;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `output/onboarding.db cannot be read now: ${why}. It can when whoever writes has ended.`;
    const kind = "agent_temporarily_unavailable";
    return { error: { class: "transient", kind, message, certain: true } };
  } finally {
    database.close();
  }
}

function checkTenant(customer: Fields, id: string, rows: TenantsByCustomer): Check {
  const [row, ...others] = rows.get(text(customer["id"])) ?? [];
  if (!row || others.length > 0) {
    return verdict("tenant", `there are ${row ? others.length + 1 : 0} rows where one is wanted`);
  }
  if (row.tenant_id !== id)
    return verdict("tenant", `its row says ${row.tenant_id}, told was ${id}`);
  const isSame = row.name === customer["name"] && row.email === customer["email"];
  return verdict("tenant", isSame ? "" : "its row has another name or e-mail address");
}

async function readPage(customer: string, url: string): Promise<Page> {
  if (!URL.canParse(url) || new URL(url).protocol !== "file:") {
    return { customer, path: url, html: null };
  }
  const path = fileURLToPath(url);
  return { customer, path, html: await contentOf(path) };
}

function checkPage(customer: Fields, id: string, { path, html }: Page): readonly Check[] {
  if (path === "") return [{ name: "page", status: "skipped", note: "it was never written" }];
  if (html === null) return [verdict("page", `${path} cannot be read`)];
  return [
    verdict("page names the tenant", html.includes(id) ? "" : `${path} does not hold ${id}`),
    verdict(
      "page names the customer",
      html.includes(escapeHtml(text(customer["name"]))) ? "" : `${path} does not name it`,
    ),
  ];
}

function checked(page: Page, wrong: ReadonlyMap<string, string>): Check {
  return verdict("page is sound", wrong.get(page.path) ?? "");
}

async function checkConfig(config: Fields): Promise<Check> {
  const file = text(config["file"]);
  const content = await contentOf(join(FOLDER, file));
  if (content === null) return verdict("configuration", `${file} cannot be read`);
  try {
    const written: Json = JSON.parse(content);
    const isSame = isObject(written) && canonical(written) === canonical(config);
    return verdict("configuration", isSame ? "" : `${file} says something else than was told`);
  } catch {
    return verdict("configuration", `${file} is no JSON`);
  }
}

/** The same text for the same value, in whatever order its fields stand. */
function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value).toSorted();
  return `{${fields.map((field) => `${JSON.stringify(field)}:${canonical(value[field] ?? null)}`).join()}}`;
}

async function contentOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}

function verdict(name: string, note: string): Check {
  return { name, status: note === "" ? "passed" : "failed", note };
}

function result(by: string, subject: string, checks: readonly Check[]): TestResults {
  const passed = checks.every((check) => check.status !== "failed");
  return { subject, passed, checked_by: by, checks };
}
