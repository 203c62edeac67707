import type { Client, Pool, PoolClient, QueryArrayConfig, QueryResult } from "pg";
import type { Json, JsonObject } from "../../../core/json.ts";
import { copyJson } from "../../json-copy.ts";
import { type Refused, refused } from "../kind.ts";
import { driverOf } from "./optional-driver.ts";
import {
  decimal,
  healthOf,
  type SqlDriver,
  type SqlRan,
  type SqlSession,
  spelt,
} from "./sql-driver.ts";

const CONNECTIONS_MOST = 4;
const CONNECT_MS_MOST = 10_000;
const IDLE_MS_MOST = 30_000;
/** Of one answer, as JSON. */
const ANSWER_BYTES_MOST: number = 64 * 1024 * 1024;

/**
 * A PostgreSQL, by the package "pg". What only looks does so in a transaction that the server itself
 * keeps from writing; who wants more gives the address a user that may do no more than the tools need.
 *
 * @param schema where tables are looked for; null: as the server has it
 */
export function openPostgres(url: string, schema: string | null): SqlDriver {
  let opened: Promise<Pool> | null = null;
  const pool = (): Promise<Pool> => {
    opened ??= poolOn(url, schema);
    return opened;
  };
  const driver: SqlDriver = {
    open: async (isReadOnly, abort) => {
      const client = await connected(await pool(), abort);
      return sessionOn(client, { isReadOnly, url });
    },
    refusalOf,
    // The server refuses a commit by name; a connection that is gone says nothing.
    isDefinite: (thrown) => /^(?!08|57P)[0-9A-Z]{5}$/.test(codeOf(thrown)),
    health: (abort) => healthOf(driver, abort),
    close: async () => {
      if (opened !== null) await opened.then((one) => one.end()).catch(() => {});
      opened = null;
    },
  };
  return driver;
}

async function poolOn(url: string, schema: string | null): Promise<Pool> {
  const { default: pg } = await driverOf(() => import("pg"), {
    database: "PostgreSQL",
    name: "pg",
  });
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MOST,
    connectionTimeoutMillis: CONNECT_MS_MOST,
    idleTimeoutMillis: IDLE_MS_MOST,
    allowExitOnIdle: true,
    application_name: "muster",
    ...(schema === null ? {} : { options: `-c search_path=${schema.replaceAll(/[^\w,]/g, "")}` }),
    types: { getTypeParser: (type: number) => parserOf(type) } as never,
  });
  // A connection that breaks while nobody uses it is nobody's failure.
  pool.on("error", () => {});
  return pool;
}

/** What comes late is given back. */
async function connected(pool: Pool, abort: AbortSignal): Promise<PoolClient> {
  const client = pool.connect();
  const stop = Promise.withResolvers<never>();
  const end = (): void => stop.reject(new Error("It was stopped before it was connected."));
  if (abort.aborted) end();
  else abort.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([client, stop.promise]);
  } catch (thrown) {
    void client.then((one) => one.release()).catch(() => {});
    throw thrown;
  } finally {
    abort.removeEventListener("abort", end);
  }
}

type How = { readonly isReadOnly: boolean; readonly url: string };

function sessionOn(client: PoolClient, { isReadOnly, url }: How): SqlSession {
  let isReleased = false;
  // One that breaks while it is at work rejects its query; the event besides would end the process.
  const ignore = (): void => {};
  client.on("error", ignore);
  return {
    begin: async () => {
      const mode = isReadOnly ? "read only" : "read write";
      await client.query(`begin isolation level repeatable read ${mode}`);
    },
    run: async (statement, values, rowsMost) => {
      const names = [...values.keys()];
      const text = spelt(statement, (name) => `$${names.indexOf(name) + 1}`);
      const bind = [...values.values()].map(bound);
      return await asked(client, { text, values: bind, rowMode: "array" }, rowsMost);
    },
    prepare: async (statement) => {
      const { params } = statement;
      const text = spelt(statement, (name) => `$${params.indexOf(name) + 1}`);
      await client.query(`prepare muster_looks as ${text}`);
      await client.query("deallocate muster_looks");
    },
    commit: async () => void (await client.query("commit")),
    rollback: async () => void (await client.query("rollback")),
    stop: () => void cancel(client, url),
    release: (isBroken) => {
      if (isReleased) return;
      isReleased = true;
      client.off("error", ignore);
      client.release(isBroken);
    },
  };
}

/** What is more than may be given is not kept: a table without an end must not fill our memory. */
async function asked(
  client: PoolClient,
  config: QueryArrayConfig,
  rowsMost: number,
): Promise<SqlRan> {
  const { default: pg } = await import("pg");
  const query = new pg.Query<unknown[]>(config);
  const rows: object[] = [];
  let hasMore = false;
  query.on("row", (row: unknown[], result) => {
    hasMore = rows.length >= rowsMost;
    const fields = result?.fields ?? [];
    if (!hasMore) rows.push(Object.fromEntries(fields.map(({ name }, at) => [name, row[at]])));
  });
  const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
  query.on("end", resolve);
  query.on("error", reject);
  client.query(query);
  const { command, rowCount } = await promise;
  const isChange = ["INSERT", "UPDATE", "DELETE", "MERGE"].includes(command);
  return ran(rows, isChange ? (rowCount ?? 0) : null, hasMore);
}

/** Lists stay lists, for `= any(:ids)`; other maps are JSON. */
function bound(value: Json): unknown {
  if (typeof value !== "object" || value === null) return value;
  const isList = Array.isArray(value) && value.every((one: Json) => typeof one !== "object");
  return isList ? value : JSON.stringify(value);
}

export function ran(rows: readonly object[], affected: number | null, hasMore: boolean): SqlRan {
  const copy = copyJson(rows, "What it gives", ANSWER_BYTES_MOST);
  if (!copy.ok) throw new Error(copy.why);
  return { rows: copy.value as readonly JsonObject[], affected, hasMore };
}

/** Asks the server to end the query, and gives the connection up whether it does or not. */
async function cancel(client: PoolClient, url: string): Promise<void> {
  const id = Reflect.get(client, "processID");
  const { default: pg } = await import("pg");
  const other: Client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS_MOST,
  });
  other.on("error", () => {});
  try {
    await other.connect();
    await other.query("select pg_cancel_backend($1)", [id]);
  } catch {
    // It cannot be reached: then the query's own connection breaks too.
  } finally {
    await other.end().catch(() => {});
    (
      Reflect.get(client, "connection") as { readonly stream?: { destroy(): void } } | undefined
    )?.stream?.destroy();
  }
}

type Parse = (text: string) => unknown;
const INT8 = 20;
const NUMERIC = 1_700;
const PARSERS: Readonly<Record<number, Parse>> = {
  16: (text) => text === "t",
  21: Number,
  23: Number,
  700: finite,
  701: finite,
  [INT8]: decimal,
  [NUMERIC]: decimal,
  114: (text) => JSON.parse(text) as unknown,
  3802: (text) => JSON.parse(text) as unknown,
};

function finite(text: string): unknown {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** Times and all else stay the server's text: no zone of ours gets into them. */
function parserOf(type: number): Parse {
  return PARSERS[type] ?? ((text) => text);
}

function codeOf(thrown: unknown): string {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, "code") : null;
  return typeof code === "string" ? code : "";
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
function refusalOf(thrown: unknown): Refused {
  const message = thrown instanceof Error ? thrown.message : "The driver says nothing.";
  const code = codeOf(thrown);
  if (code === "not-found" || !/^[0-9A-Z]{5}$/.test(code))
    return refused("tool_unavailable", `The database cannot be reached: ${message}`);
  const [kind, words] = KINDS.find(([start]) => code.startsWith(start))?.[1] ?? [
    "invalid_input_data",
    "The database does not take it",
  ];
  return refused(kind, `${words}: ${message}.`);
}

type Said = readonly [kind: Parameters<typeof refused>[0], words: string];
const KINDS: readonly (readonly [start: string, said: Said])[] = [
  ["28", ["authentication_failure", "The database does not let us in"]],
  ["3D", ["tool_unavailable", "The database is not there"]],
  ["25006", ["not_permitted", "It would write, and may only read"]],
  ["42501", ["not_permitted", "The database forbids it"]],
  ["23", ["conflict", "The database refuses what it would be"]],
  ["40", ["tool_busy", "Somebody else was writing it"]],
  ["55P03", ["tool_busy", "Somebody else was writing it"]],
  ["53", ["tool_busy", "The database has no room"]],
  ["57014", ["timeout", "The database ended it"]],
  ["57", ["tool_unavailable", "The database is ending"]],
  ["08", ["tool_unavailable", "The database cannot be reached"]],
];
