import type { Connection as PlainConnection } from "mysql2";
import type { Connection, ResultSetHeader, RowDataPacket, TypeCastField } from "mysql2/promise";
import type { Json } from "../../../core/json.ts";
import { type Refused, refused } from "../kind.ts";
import { driverOf } from "./optional-driver.ts";
import { ran } from "./postgres.ts";
import {
  decimal,
  healthOf,
  type SqlDriver,
  type SqlRan,
  type SqlSession,
  spelt,
} from "./sql-driver.ts";

const CONNECT_MS_MOST = 10_000;

/**
 * A MySQL or MariaDB, by the package "mysql2": a connection for each transaction, since one that was
 * kept may have been closed by the server when it is used again. One statement a question, and files of
 * ours are not read.
 */
export function openMysql(url: string, schema: string | null): SqlDriver {
  const open = new Set<Connection>();
  const driver: SqlDriver = {
    open: async (isReadOnly, abort) => {
      const connection = await connect(url, schema);
      open.add(connection);
      if (abort.aborted) connection.destroy();
      return sessionOn(connection, isReadOnly, () => open.delete(connection));
    },
    refusalOf,
    isDefinite: (thrown) => codeOf(thrown).startsWith("ER_"),
    health: (abort) => healthOf(driver, abort),
    close: async () => {
      for (const connection of open) connection.destroy();
    },
  };
  return driver;
}

async function connect(url: string, schema: string | null): Promise<Connection> {
  const { createConnection } = await driverOf(() => import("mysql2/promise"), {
    database: "MySQL",
    name: "mysql2",
  });
  const connection = await createConnection({
    uri: url.replace(/^mariadb:/, "mysql:"),
    ...(schema === null ? {} : { database: schema }),
    connectTimeout: CONNECT_MS_MOST,
    multipleStatements: false,
    infileStreamFactory: () => {
      throw new Error("Files of ours are not read.");
    },
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  } as Parameters<typeof createConnection>[0]);
  connection.on("error", () => {});
  return connection;
}

function sessionOn(connection: Connection, isReadOnly: boolean, left: () => void): SqlSession {
  return {
    begin: async () => {
      await connection.query("set session sql_mode = concat(@@sql_mode, ',STRICT_TRANS_TABLES')");
      // What was looked at is held until it is written: nobody comes between.
      const level = isReadOnly ? "repeatable read" : "serializable";
      await connection.query(`set transaction isolation level ${level}`);
      await connection.query(`start transaction ${isReadOnly ? "read only" : "read write"}`);
    },
    run: async (statement, values, rowsMost) => {
      const sql = spelt(statement, () => "?");
      const bound = statement.places.map((name) => inputOf(values.get(name) ?? null));
      return await asked(connection, { sql, values: bound, typeCast: plainField }, rowsMost);
    },
    prepare: async (statement) => {
      const read = await connection.prepare(spelt(statement, () => "?"));
      await read.close();
    },
    commit: async () => void (await connection.query("commit")),
    rollback: async () => void (await connection.query("rollback")),
    stop: () => connection.destroy(),
    release: (isBroken) => {
      left();
      if (isBroken) connection.destroy();
      else void connection.end().catch(() => {});
    },
  };
}

type Question = {
  readonly sql: string;
  readonly values: readonly (string | number | boolean | null)[];
  readonly typeCast: typeof plainField;
};

/** What is more than may be given is not kept: a table without an end must not fill our memory. */
async function asked(promising: Connection, question: Question, rowsMost: number): Promise<SqlRan> {
  // Beneath the promises is the connection that gives rows one by one.
  const { connection } = promising as unknown as { readonly connection: PlainConnection };
  const rows: object[] = [];
  let hasMore = false;
  let isChange = false;
  let affected: number | null = null;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection
    .execute({ ...question, values: [...question.values] })
    .on("fields", (fields: unknown) => {
      isChange = fields === null || fields === undefined;
    })
    .on("result", (row: RowDataPacket | ResultSetHeader) => {
      if (isChange) affected = (row as ResultSetHeader).affectedRows;
      else if (rows.length < rowsMost) rows.push({ ...row });
      else hasMore = true;
    })
    .on("error", reject)
    .on("end", () => resolve());
  await promise;
  return ran(rows, affected, hasMore);
}

function inputOf(value: Json): string | number | boolean | null {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

/** Numbers as numbers where that is the same, and bytes as base64. */
function plainField(field: TypeCastField, next: () => unknown): unknown {
  const value = next();
  if (Buffer.isBuffer(value)) return value.toString("base64");
  const isNumber = ["NEWDECIMAL", "DECIMAL", "LONGLONG"].includes(field.type);
  return isNumber && typeof value === "string" ? decimal(value) : value;
}

function codeOf(thrown: unknown): string {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, "code") : null;
  return typeof code === "string" ? code : "";
}

function refusalOf(thrown: unknown): Refused {
  const message = thrown instanceof Error ? thrown.message : "The driver says nothing.";
  const code = codeOf(thrown);
  if (!code.startsWith("ER_"))
    return refused("tool_unavailable", `The database cannot be reached: ${message}`);
  const [kind, words] = KINDS[code] ?? ["invalid_input_data", "The database does not take it"];
  return refused(kind, `${words}: ${message}.`);
}

const KINDS: Readonly<
  Record<string, readonly [kind: Parameters<typeof refused>[0], words: string]>
> = {
  ER_ACCESS_DENIED_ERROR: ["authentication_failure", "The database does not let us in"],
  ER_DBACCESS_DENIED_ERROR: ["authentication_failure", "The database does not let us in"],
  ER_BAD_DB_ERROR: ["tool_unavailable", "The database is not there"],
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: ["not_permitted", "It would write, and may only read"],
  ER_TABLEACCESS_DENIED_ERROR: ["not_permitted", "The database forbids it"],
  ER_DUP_ENTRY: ["conflict", "The database refuses what it would be"],
  ER_ROW_IS_REFERENCED_2: ["conflict", "The database refuses what it would be"],
  ER_NO_REFERENCED_ROW_2: ["conflict", "The database refuses what it would be"],
  ER_LOCK_DEADLOCK: ["tool_busy", "Somebody else was writing it"],
  ER_LOCK_WAIT_TIMEOUT: ["tool_busy", "Somebody else was writing it"],
  ER_CON_COUNT_ERROR: ["tool_busy", "The database has no room"],
};
