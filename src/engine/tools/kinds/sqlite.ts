import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { SqlStatement } from "../../../core/map/index.ts";
import { copyJson } from "../../json-copy.ts";
import type { Warden } from "../../outside/index.ts";
import { refused } from "../kind.ts";
import { healthOf, type SqlDriver, type SqlRan, type SqlSession, spelt } from "./sql-driver.ts";
import type { FromSqlite, ToSqlite } from "./sqlite-process.ts";

/** Of one answer of the process, as JSON. */
const ANSWER_BYTES_MOST: number = 64 * 1024 * 1024;
/** Calls that wait for their turn. */
const WAITING_MOST = 1_000;

/**
 * A SQLite file, opened by a process of its own: a statement that never ends cannot be interrupted
 * where it runs, and a process can always be ended. One transaction at a time; what is not committed
 * when the process ends was never done.
 *
 * @param file         absolute
 * @param options.setup statements that make it where there is none; null: then it is refused
 */
export function openSqlite(
  file: string,
  { setup, warden }: { readonly setup: string | null; readonly warden: Warden },
): SqlDriver {
  const turns = openTurns();
  let seat: Seat | null = null;
  const looks = openLooks({ file, setup }, warden);
  const driver: SqlDriver = {
    open: async (isReadOnly, abort) => {
      if (!existsSync(file) && setup === null) throw new Error(`There is no file ${file}.`);
      const leave = await turns.enter(abort);
      const sat = seat?.isAlive() === true ? seat : openSeat(warden);
      seat = sat;
      const stop = (): void => sat.end();
      abort.addEventListener("abort", stop, { once: true });
      try {
        if (!existsSync(file) && setup !== null) await sat.ask({ type: "make", file, setup });
        await sat.ask({ type: "open", file, isReadOnly });
        return sessionOn(sat, isReadOnly, leave);
      } catch (thrown) {
        leave();
        throw thrown;
      } finally {
        abort.removeEventListener("abort", stop);
      }
    },
    refusalOf: (thrown) => refusalOf(thrown, file),
    // An answer says that the commit was refused; no answer says nothing.
    isDefinite: (thrown) => codeOf(thrown) !== null,
    health: (abort) => healthOf(driver, abort),
    prepareHere: looks.prepare,
    close: async () => {
      seat?.end();
      looks.end();
      seat = null;
    },
  };
  return driver;
}

type Looks = {
  readonly prepare: NonNullable<SqlDriver["prepareHere"]>;
  readonly end: () => void;
};

/** What only reads statements has a process of its own: an imagined database is nobody else's. */
function openLooks(of: Parameters<typeof preparedIn>[1], warden: Warden): Looks {
  const turns = openTurns();
  let seat: Seat | null = null;
  return {
    prepare: async (statements, abort) => {
      if (!existsSync(of.file) && of.setup === null) return null;
      const leave = await turns.enter(abort);
      const sat = seat?.isAlive() === true ? seat : openSeat(warden);
      seat = sat;
      const stop = (): void => sat.end();
      abort.addEventListener("abort", stop, { once: true });
      try {
        return await preparedIn(sat, of, statements);
      } finally {
        abort.removeEventListener("abort", stop);
        leave();
      }
    },
    end: () => {
      seat?.end();
      seat = null;
    },
  };
}

/** null: it cannot be opened, or made, which is told where it is looked at. */
async function preparedIn(
  seat: Seat,
  { file, setup }: { readonly file: string; readonly setup: string | null },
  statements: readonly SqlStatement[],
): Promise<readonly (string | null)[] | null> {
  try {
    if (existsSync(file)) await seat.ask({ type: "open", file, isReadOnly: true });
    else await seat.ask({ type: "imagine", setup: setup ?? "" });
  } catch {
    return null;
  }
  const said: (string | null)[] = [];
  for (const statement of statements) {
    try {
      await seat.ask({ type: "prepare", sql: spelt(statement, (name) => `:${name}`) });
      said.push(null);
    } catch (thrown) {
      if (codeOf(thrown) === null) return null;
      said.push(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  return said;
}

function sessionOn(seat: Seat, isReadOnly: boolean, leave: () => void): SqlSession {
  return {
    begin: async () =>
      void (await seat.ask({ type: "exec", sql: isReadOnly ? "begin" : "begin immediate" })),
    run: async (statement, values, rowsMost): Promise<SqlRan> => {
      const sql = spelt(statement, (name) => `:${name}`);
      const answer = await seat.ask({
        type: "run",
        sql,
        values: Object.fromEntries(values),
        rowsMost,
      });
      const rows = copyJson(answer.rows, "What it gives", ANSWER_BYTES_MOST);
      if (!rows.ok) throw new Error(rows.why);
      return { ...answer, rows: rows.value as SqlRan["rows"] };
    },
    commit: async () => void (await seat.ask({ type: "exec", sql: "commit" })),
    rollback: async () => void (await seat.ask({ type: "exec", sql: "rollback" })),
    stop: () => seat.end(),
    release: (isBroken) => {
      if (isBroken) seat.end();
      leave();
    },
  };
}

type Seat = {
  ask(told: ToSqlite): Promise<Extract<FromSqlite, { readonly ok: true }>>;
  isAlive(): boolean;
  end(): void;
};

/** The process; what it is asked when it ends is refused. */
function openSeat(warden: Warden): Seat {
  const child = begin();
  if (child.pid !== undefined) warden.begun(child.pid);
  let isAlive = true;
  let waiting: PromiseWithResolvers<FromSqlite> | null = null;
  const fall = (): void => {
    isAlive = false;
    if (child.pid !== undefined) warden.ended(child.pid);
    waiting?.reject(new Error("The process of the database has ended."));
    waiting = null;
  };
  child.once("exit", fall);
  child.on("error", fall);
  child.on("message", (answer: FromSqlite) => {
    waiting?.resolve(answer);
    waiting = null;
    hold(child, false);
  });
  hold(child, false);
  return {
    ask: async (told) => {
      if (!isAlive) throw new Error("The process of the database has ended.");
      waiting = Promise.withResolvers<FromSqlite>();
      const { promise } = waiting;
      hold(child, true);
      child.send(told, (error) => {
        if (error !== null) fall();
      });
      const answer = await promise;
      if (answer.ok) return answer;
      throw Object.assign(new Error(answer.message), { errcode: answer.errcode ?? 1 });
    },
    isAlive: () => isAlive,
    end: () => {
      child.kill("SIGKILL");
      fall();
    },
  };
}

/** Its file has our own file's ending: `.ts` as it is written, `.js` where it was built. It sees nothing of our environment. */
function begin(): ChildProcess {
  const program = new URL(
    `./sqlite-process${extname(fileURLToPath(import.meta.url))}`,
    import.meta.url,
  );
  return fork(program, [], {
    env: {},
    execArgv: ["--disable-warning=ExperimentalWarning"],
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

/** While it is asked nothing it keeps nobody from ending. */
function hold(child: ChildProcess, isHeld: boolean): void {
  if (isHeld) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

type Turns = { enter(abort: AbortSignal): Promise<() => void> };

/** One after another, in the order in which they come. */
function openTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    enter: async (abort) => {
      if (waiting >= WAITING_MOST)
        throw Object.assign(new Error(`${WAITING_MOST} calls wait already.`), { errcode: BUSY });
      const { promise, resolve } = Promise.withResolvers<void>();
      const before = last;
      last = before.then(() => promise);
      waiting += 1;
      await Promise.race([before, aborted(abort)]);
      waiting -= 1;
      if (!abort.aborted) return resolve;
      resolve();
      throw new Error("It was stopped while it waited for its turn.");
    },
  };
}

function aborted(abort: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (abort.aborted) resolve();
    else abort.addEventListener("abort", () => resolve(), { once: true });
  });
}

const BUSY = 5;

function codeOf(thrown: unknown): number | null {
  return thrown instanceof Error && "errcode" in thrown && typeof thrown.errcode === "number"
    ? thrown.errcode
    : null;
}

/** @see https://www.sqlite.org/rescode.html: the primary code is the lowest byte */
function refusalOf(thrown: unknown, file: string): ReturnType<typeof refused> {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = codeOf(thrown);
  switch (code === null ? null : code & 0xff) {
    case null:
    case 14:
      return refused("tool_unavailable", `The file ${file} cannot be opened: ${message}`);
    case BUSY:
    case 6:
      return refused("tool_busy", `Somebody else is writing: ${message}.`);
    case 8:
    case 23:
      return refused("not_permitted", `The database refuses it: ${message}.`);
    case 19:
      return refused("conflict", `The database refuses what it would be: ${message}.`);
    case 10:
    case 11:
    case 13:
    case 26:
      return refused("tool_unavailable", `The database is not well: ${message}.`);
    default:
      return refused("invalid_input_data", `The database does not take it: ${message}.`);
  }
}
