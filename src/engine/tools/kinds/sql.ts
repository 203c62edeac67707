import type { Json, JsonObject } from "../../../core/json.ts";
import {
  readStatement,
  type SqlStatement,
  type System,
  statementFaults,
  type Tool,
} from "../../../core/map/index.ts";
import {
  type Answer,
  type Asked,
  type Guard,
  type OpenSystem,
  type Refused,
  refused,
} from "../kind.ts";
import { isOutOfTime } from "../using/within-time.ts";
import type { SqlDriver, SqlSession } from "./sql-driver.ts";
import { tableOfStatement } from "./sql-table.ts";

/** Rows that are looked at before and after a write. */
const LOOKED_ROWS_MOST = 50;

/**
 * A database: each tool is one statement, and all that it is given is bound to it, never pasted. What
 * only looks does so in a transaction that may only read. What writes looks at the record, writes and
 * looks again in one transaction, so that nobody comes between; until its commit was sent, certainly
 * nothing was done. A rehearsal is the same, rolled back.
 */
export function openSql({ name }: System, driver: SqlDriver): OpenSystem {
  const ask = (asked: Asked, isReadOnly: boolean, work: Work): Promise<Answer> =>
    inTransaction(driver, { isReadOnly, abort: asked.abort, work });
  return {
    look: (asked) =>
      ask(asked, true, async (session) => {
        const { rows, hasMore } = await run(session, asked, rowsFor(asked.tool));
        return { ok: true, value: rows, ...(hasMore ? { more: moreThan(rows.length) } : {}) };
      }),
    write: (asked, guard) => ask(asked, false, (session) => write(session, asked, guard)),
    rehearse: async (asked, look) => {
      const seen: { before: Json; after: Json } = { before: null, after: null };
      const answer = await ask(asked, false, async (session) => {
        seen.before = await found(session, look);
        await run(session, asked, LOOKED_ROWS_MOST);
        seen.after = await found(session, look);
        return ROLLED_BACK;
      });
      return answer.ok || answer === ROLLED_BACK
        ? { ok: true, ...seen }
        : { ...answer, doubt: false };
    },
    prepare: async (statements, { onlyHere, abort }) => {
      if (driver.prepareHere !== undefined) return await driver.prepareHere(statements, abort);
      return onlyHere ? null : await prepared(driver, statements, abort);
    },
    count: (tool, abort) => count(driver, tool, abort),
    health: async (abort) => {
      const fault = await driver.health(abort);
      return fault === null ? null : `The database of "${name}": ${fault}`;
    },
    faultOf,
    close: () => driver.close(),
  };
}

/** Each in a transaction of its own: what the server has refused ends one. */
async function prepared(
  driver: SqlDriver,
  statements: readonly SqlStatement[],
  abort: AbortSignal,
): Promise<readonly (string | null)[] | null> {
  const said: (string | null)[] = [];
  for (const statement of statements) {
    let isAsked = false;
    const answer = await inTransaction(driver, {
      // A server may refuse to read a write where nothing may be written; it is taken back in any case.
      isReadOnly: statement.verb === "read",
      abort,
      work: async (session) => {
        isAsked = true;
        await session.prepare?.(statement);
        return ROLLED_BACK;
      },
    });
    const isTaken = answer.ok || answer === ROLLED_BACK;
    // Who could not be asked has said nothing of the statement.
    if (!isAsked || (!isTaken && answer.error.class === "transient")) return null;
    said.push(isTaken ? null : answer.error.message);
  }
  return said;
}

/** Rows of which those outside of the case are still to be left out. */
const SCOPED_ROWS_MOST = 10_000;

function rowsFor({ limits, scope }: Tool): number {
  const isScoped = Object.keys(scope.rows).length > 0;
  return isScoped ? Math.max(limits.rowsMost, SCOPED_ROWS_MOST) : limits.rowsMost;
}

type Work = (session: SqlSession) => Promise<Answer>;
type Transaction = {
  readonly isReadOnly: boolean;
  readonly abort: AbortSignal;
  readonly work: Work;
};

/** Ends a transaction that was only a rehearsal. */
const ROLLED_BACK: Refused = refused("tool_failed", "It was taken back.");

async function inTransaction(
  driver: SqlDriver,
  { isReadOnly, abort, work }: Transaction,
): Promise<Answer> {
  let session: SqlSession;
  try {
    session = await driver.open(isReadOnly, abort);
  } catch (thrown) {
    return abort.aborted ? wasStopped(abort) : driver.refusalOf(thrown);
  }
  const stop = (): void => session.stop();
  abort.addEventListener("abort", stop, { once: true });
  let isCommitting = false;
  try {
    await session.begin();
    const answer = await work(session);
    if (!answer.ok) await session.rollback();
    else {
      isCommitting = true;
      await session.commit();
    }
    session.release(false);
    return answer;
  } catch (thrown) {
    // Whoever has answered can be asked to take it back; all else is given up.
    const isBack =
      !isCommitting &&
      driver.isDefinite(thrown) &&
      (await session.rollback().then(
        () => true,
        () => false,
      ));
    session.release(!isBack);
    const refusal = abort.aborted ? wasStopped(abort) : driver.refusalOf(thrown);
    return isCommitting && !isReadOnly
      ? { ...refusal, doubt: !driver.isDefinite(thrown) }
      : refusal;
  } finally {
    abort.removeEventListener("abort", stop);
  }
}

/** What was not committed is gone. */
function wasStopped(abort: AbortSignal): Refused {
  return isOutOfTime(abort)
    ? refused("timeout", "It took longer than its time limit, and was taken back.")
    : refused("stopped", "It was stopped, and taken back.");
}

async function write(session: SqlSession, asked: Asked, guard: Guard | null): Promise<Answer> {
  const look = asked.tool.preview;
  const looking = look === null ? null : { ...asked, operation: look };
  const before = looking === null ? null : await found(session, looking);
  if (guard !== null && !guard.isSame(before))
    return refused(
      "stale",
      "What it writes is no longer as it was when this was judged. It is to be judged again.",
    );
  const { rows, affected } = await run(session, asked, asked.tool.limits.rowsMost);
  const isInsert = /^\s*insert\b/i.test(textIn(asked.operation));
  if (affected === 0 && !isInsert)
    return refused("conflict", "No record is as it must be for this: nothing was changed.");
  const after = looking === null ? null : await found(session, looking);
  const change = { changed: affected ?? rows.length };
  return {
    ok: true,
    value: rows.length > 0 ? rows : change,
    affected: affected ?? rows.length,
    ...(looking === null ? {} : { before, after: after ?? null }),
    ...(affected === 0 ? { more: "There was such a record already: nothing was changed." } : {}),
  };
}

/** The record or records, as one value that can be compared. */
async function found(session: SqlSession, look: Asked): Promise<Json> {
  const { rows } = await run(session, look, LOOKED_ROWS_MOST);
  return rows;
}

async function run(
  session: SqlSession,
  { operation, args, key }: Asked,
  rowsMost: number,
): Promise<Awaited<ReturnType<SqlSession["run"]>>> {
  const read = statementIn(operation);
  if ("wrong" in read) throw new Error(`${read.wrong} ${read.mend}`);
  return await session.run(read, valuesOf(read, args, key), rowsMost);
}

function valuesOf(
  { params }: SqlStatement,
  args: JsonObject,
  key: string,
): ReadonlyMap<string, Json> {
  return new Map(
    params.map((name) => [
      name,
      name === "key" ? key : Object.hasOwn(args, name) ? (args[name] ?? null) : null,
    ]),
  );
}

function statementIn(operation: JsonObject): ReturnType<typeof readStatement> {
  return readStatement(textIn(operation));
}

function textIn({ sql }: JsonObject): string {
  return typeof sql === "string" ? sql : "";
}

/** One statement each, that does what its tool says that it does, of arguments that the tool has. */
function faultOf(tool: Tool): string | null {
  const [fault] = statementFaults(tool);
  if (fault !== undefined) return `${fault.wrong} ${fault.mend}`;
  const { properties } = tool.args;
  const known = new Set(["key", ...Object.keys((properties ?? {}) as JsonObject)]);
  for (const operation of [tool.operation, tool.preview, tool.verify]) {
    const read = operation === null ? null : statementIn(operation);
    const names = read === null || "wrong" in read ? [] : read.params;
    const stray = names.find((name) => !known.has(name));
    if (stray !== undefined)
      return `Its statement names :${stray}, and the tool has no such argument.`;
  }
  return null;
}

/** All rows of the table that its statement is about, whatever it is asked, as they are now. */
async function count(driver: SqlDriver, tool: Tool, abort: AbortSignal): Promise<number | null> {
  const table = tableOfStatement(textIn(tool.operation));
  if (table === null) return null;
  const statement = readStatement(`select count(*) as n from ${table}`);
  if ("wrong" in statement) return null;
  const answer = await inTransaction(driver, {
    isReadOnly: true,
    abort,
    work: async (session) => {
      const { rows } = await session.run(statement, new Map(), 1);
      return { ok: true, value: rows[0] ?? null };
    },
  });
  if (!answer.ok) return null;
  const { n } = answer.value as { readonly n?: Json };
  return typeof n === "number" ? n : null;
}

function moreThan(rows: number): string {
  return `There are more than ${rows} rows: the others were left out.`;
}
