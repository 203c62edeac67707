/**
 * Creates a tenant account for each customer, or withdraws those of a run (`withdraw: true`).
 *
 * T1  A tenant's id is made from its customer's id, so that every repetition finds the same one.
 * T2  A row remembers the key under which it was created; a repetition under that key changes nothing.
 * T3  A transaction holds a few customers, all of them or none; a process that is killed between two
 *     leaves whole customers, and the repetition adds the others.
 * T4  A tenant belongs to every run that asked for it. Undoing a run removes the tenants that no
 *     other run asked for.
 */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { json } from "node:stream/consumers";

const OUTPUT = resolve(import.meta.dirname, "..", "output");
const DATABASE = join(OUTPUT, "onboarding.db");
/** How long a transaction waits for another writer before it gives up. */
const LOCK_WAIT_MS = 200;
const CUSTOMERS_PER_TRANSACTION = 10;
/** Of SQLite: the database is locked by somebody else; a table in it is. */
const BUSY = [5, 6];
/** The namespace of this pack's tenant ids; it never changes. */
const NAMESPACE = "6f1d1f2e-7a53-5e0b-9c86-0a7a4c5f3d21";

const TABLES = `
  CREATE TABLE IF NOT EXISTS tenants (
    tenant_id   TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL,
    tier        TEXT NOT NULL,
    country     TEXT NOT NULL,
    seats       INTEGER NOT NULL,
    created_key TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE IF NOT EXISTS tenant_runs (
    run       TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    PRIMARY KEY (run, tenant_id)
  ) STRICT, WITHOUT ROWID;`;

/** A customer that is there already keeps its tenant; only what changed about it is written. */
const CREATE = `
  INSERT INTO tenants (tenant_id, customer_id, name, email, tier, country, seats, created_key)
  VALUES (:tenant_id, :customer_id, :name, :email, :tier, :country, :seats, :created_key)
  ON CONFLICT DO UPDATE SET
    name = excluded.name, email = excluded.email, tier = excluded.tier,
    country = excluded.country, seats = excluded.seats
  WHERE (name, email, tier, country, seats)
    IS NOT (excluded.name, excluded.email, excluded.tier, excluded.country, excluded.seats)`;

const { task } = await json(process.stdin);
process.stdout.write(JSON.stringify(await answer(task)));

async function answer(task) {
  const sqlite = await openSqlite();
  if (!sqlite) {
    return failed("permanent", "system_requirement_missing", {
      message: `This agent keeps its tenants with node:sqlite, which Node ${process.version} does not have. Run it with Node 24.`,
      certain: true,
    });
  }
  const written = { transactions: 0 };
  let database;
  try {
    mkdirSync(OUTPUT, { recursive: true });
    database = new sqlite.DatabaseSync(DATABASE, { timeout: LOCK_WAIT_MS });
    const within = (work) => transaction(database, work);
    within(() => database.exec(TABLES));
    return task.inputs.withdraw === true
      ? { outputs: withdraw(within, database, task) }
      : create(within, { database, task, written });
  } catch (error) {
    return explained(error, written.transactions === 0);
  } finally {
    database?.close();
  }
}

async function openSqlite() {
  try {
    return await import("node:sqlite");
  } catch {
    return null;
  }
}

function create(within, { database, task, written }) {
  const customers = task.inputs.customers;
  const wrong = Array.isArray(customers) ? customers.findIndex((each) => !isCustomer(each)) : 0;
  if (wrong >= 0) {
    return failed("permanent", "invalid_input_data", {
      message: `customers[${wrong}] is no customer: it needs id, name, email, tier and country as text and seats as a whole number.`,
      certain: true,
    });
  }
  const insert = database.prepare(CREATE);
  const claim = database.prepare(
    "INSERT INTO tenant_runs (run, tenant_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const find = database.prepare("SELECT tenant_id FROM tenants WHERE customer_id = ?");
  const tenants = [];
  for (let from = 0; from < customers.length; from += CUSTOMERS_PER_TRANSACTION) {
    within(() => {
      for (const customer of customers.slice(from, from + CUSTOMERS_PER_TRANSACTION)) {
        insert.run(row(customer, task.key));
        const { tenant_id } = find.get(customer.id);
        claim.run(task.run, tenant_id);
        tenants.push({ tenant_id, customer });
      }
    });
    written.transactions += 1;
  }
  return { outputs: { tenant_ids: tenants.map((tenant) => tenant.tenant_id), tenants } };
}

function withdraw(within, database, task) {
  return within(() => {
    const mine = database.prepare("SELECT tenant_id FROM tenant_runs WHERE run = ?").all(task.run);
    database.prepare("DELETE FROM tenant_runs WHERE run = ?").run(task.run);
    const remove = database.prepare(
      "DELETE FROM tenants WHERE tenant_id = :id AND NOT EXISTS (SELECT 1 FROM tenant_runs WHERE tenant_id = :id)",
    );
    const withdrawn = mine.filter(({ tenant_id }) => remove.run({ id: tenant_id }).changes > 0);
    return { withdrawn: withdrawn.length, kept: mine.length - withdrawn.length };
  });
}

/** All of the work is on disk when this returns, or nothing of it is. */
function transaction(database, work) {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function isCustomer(value) {
  const texts = ["id", "name", "email", "tier", "country"];
  return (
    texts.every((field) => typeof value?.[field] === "string") && Number.isInteger(value.seats)
  );
}

function row(customer, key) {
  return {
    tenant_id: nameBasedUuid(customer.id),
    customer_id: customer.id,
    name: customer.name,
    email: customer.email,
    tier: customer.tier,
    country: customer.country,
    seats: customer.seats,
    created_key: `${key}/${customer.id}`,
  };
}

/** @see RFC 9562, §5.5: version 5 */
function nameBasedUuid(name) {
  const hash = createHash("sha1").update(Buffer.from(NAMESPACE.replaceAll("-", ""), "hex"));
  const bytes = hash.update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

function explained(error, certain) {
  const code = typeof error?.errcode === "number" ? error.errcode & 0xff : 0;
  if (BUSY.includes(code)) {
    return failed("transient", "agent_temporarily_unavailable", {
      message: `output/onboarding.db is locked by another writer (SQLITE_BUSY after ${LOCK_WAIT_MS} ms). It is free again when that one has ended.`,
      certain,
    });
  }
  const isBroken = code === 11 || code === 26;
  return failed(
    isBroken ? "critical" : "transient",
    isBroken ? "data_corruption" : "database_error",
    {
      message: isBroken
        ? `output/onboarding.db is damaged (${error.message}). Put back output/backup/onboarding.db, or remove the file to begin anew.`
        : `output/onboarding.db cannot be written: ${error?.message ?? error}`,
      certain,
    },
  );
}

function failed(kindClass, kind, { message, certain }) {
  return { error: { class: kindClass, kind, message, certain } };
}
