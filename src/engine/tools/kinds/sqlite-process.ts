import { existsSync, linkSync, readFileSync, rmSync } from "node:fs";
import { constants, DatabaseSync, type SQLInputValue } from "node:sqlite";

/** What the process of a SQLite database is told: one thing at a time, in order. */
export type ToSqlite =
  | { readonly type: "open"; readonly file: string; readonly isReadOnly: boolean }
  /** Where there is none, it is made of the statements in this file. */
  | { readonly type: "make"; readonly file: string; readonly setup: string }
  | {
      readonly type: "run";
      readonly sql: string;
      readonly values: { readonly [name: string]: unknown };
      readonly rowsMost: number;
    }
  /** In memory, of the statements in this file: to be looked at. */
  | { readonly type: "imagine"; readonly setup: string }
  /** Is read, and not done. */
  | { readonly type: "prepare"; readonly sql: string }
  | { readonly type: "exec"; readonly sql: "begin" | "begin immediate" | "commit" | "rollback" };

export type FromSqlite =
  | {
      readonly ok: true;
      readonly rows: readonly object[];
      readonly affected: number | null;
      readonly hasMore: boolean;
    }
  | { readonly ok: false; readonly message: string; readonly errcode: number | null };

/** Another process may be writing: it is waited for this long. */
const BUSY_MS = 5_000;

let database: DatabaseSync | null = null;

function done(told: ToSqlite): FromSqlite {
  switch (told.type) {
    case "open":
      database?.close();
      database = openFile(told);
      break;
    case "make":
      makeFile(told);
      break;
    case "imagine":
      database?.close();
      database = imagined(told.setup);
      break;
    case "prepare":
      database?.prepare(told.sql);
      break;
    case "exec":
      database?.exec(told.sql);
      break;
    case "run":
      return run(told);
  }
  return { ok: true, rows: [], affected: null, hasMore: false };
}

/** Whole or not at all, whoever else makes it at the same moment: the first one that is whole stays. */
function makeFile({ file, setup }: Extract<ToSqlite, { type: "make" }>): void {
  const part = `${file}.${process.pid}.part`;
  rmSync(part, { force: true });
  const made = new DatabaseSync(part);
  try {
    made.exec(readFileSync(setup, "utf8"));
  } catch (thrown) {
    made.close();
    rmSync(part, { force: true });
    throw new Error(`${setup} does not make a database: ${said(thrown)}`, { cause: thrown });
  }
  made.close();
  try {
    linkSync(part, file);
  } catch (thrown) {
    if (!existsSync(file)) throw thrown;
  } finally {
    rmSync(part, { force: true });
  }
}

/** Whatever its setup says, no file of ours is opened for it. */
function imagined(setup: string): DatabaseSync {
  const made = new DatabaseSync(":memory:", { allowExtension: false, defensive: true });
  made.setAuthorizer((action) =>
    action === constants.SQLITE_ATTACH ? constants.SQLITE_DENY : constants.SQLITE_OK,
  );
  made.exec(readFileSync(setup, "utf8"));
  made.setAuthorizer(allowed);
  return made;
}

function said(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function openFile({ file, isReadOnly }: Extract<ToSqlite, { type: "open" }>): DatabaseSync {
  const opened = new DatabaseSync(file, {
    readOnly: isReadOnly,
    timeout: BUSY_MS,
    allowExtension: false,
    defensive: true,
    enableForeignKeyConstraints: true,
  });
  if (isReadOnly) opened.exec("pragma query_only = on");
  opened.setAuthorizer(allowed);
  return opened;
}

function allowed(action: number): number {
  return FORBIDDEN.has(action) ? constants.SQLITE_DENY : constants.SQLITE_OK;
}

/** A statement reads and writes rows; it makes no tables, attaches no files and sets nothing. */
const FORBIDDEN = new Set([
  constants.SQLITE_ATTACH,
  constants.SQLITE_DETACH,
  constants.SQLITE_PRAGMA,
  constants.SQLITE_CREATE_TABLE,
  constants.SQLITE_CREATE_INDEX,
  constants.SQLITE_CREATE_VIEW,
  constants.SQLITE_CREATE_TRIGGER,
  constants.SQLITE_CREATE_TEMP_TABLE,
  constants.SQLITE_CREATE_TEMP_TRIGGER,
  constants.SQLITE_CREATE_VTABLE,
  constants.SQLITE_DROP_TABLE,
  constants.SQLITE_DROP_INDEX,
  constants.SQLITE_DROP_VIEW,
  constants.SQLITE_DROP_TRIGGER,
  constants.SQLITE_DROP_VTABLE,
  constants.SQLITE_ALTER_TABLE,
]);

function run({ sql, values, rowsMost }: Extract<ToSqlite, { type: "run" }>): FromSqlite {
  if (database === null) throw new Error("No database is open.");
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  const bound = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, inputOf(value)]),
  );
  if (statement.columns().length === 0) {
    const { changes } = statement.run(bound);
    return { ok: true, rows: [], affected: Number(changes), hasMore: false };
  }
  const rows: object[] = [];
  let hasMore = false;
  for (const row of statement.iterate(bound)) {
    // A statement that changes something gives its rows when all is changed.
    if (rows.length < rowsMost) rows.push(plainRow(row));
    else hasMore = true;
    if (hasMore && /^\s*(select|with|values)/i.test(sql)) break;
  }
  return { ok: true, rows, affected: null, hasMore };
}

function inputOf(value: unknown): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  return JSON.stringify(value);
}

function plainRow(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => {
      if (typeof value === "bigint") {
        const number = Number(value);
        return [name, Number.isSafeInteger(number) ? number : String(value)];
      }
      if (value instanceof Uint8Array) return [name, Buffer.from(value).toString("base64")];
      return [name, value];
    }),
  );
}

process.on("disconnect", () => process.exit());
process.on("message", (told: ToSqlite) => {
  let answer: FromSqlite;
  try {
    answer = done(told);
  } catch (thrown) {
    const errcode =
      thrown instanceof Error && "errcode" in thrown && typeof thrown.errcode === "number"
        ? thrown.errcode
        : null;
    answer = { ok: false, message: said(thrown), errcode };
  }
  if (process.connected) process.send?.(answer);
});
