import type { Json, JsonObject } from "../../../core/json.ts";
import type { SqlStatement } from "../../../core/map/index.ts";
import type { Refused } from "../kind.ts";

/** A kind of database. What it throws, `refusalOf` puts into words. */
export type SqlDriver = {
  /** A connection for one transaction. */
  open(isReadOnly: boolean, abort: AbortSignal): Promise<SqlSession>;
  /** Certain: what is not committed was not done. */
  refusalOf(thrown: unknown): Refused;
  /** Whether a commit that throws this has certainly not been made. */
  isDefinite(thrown: unknown): boolean;
  /** null is: well. */
  health(abort: AbortSignal): Promise<string | null>;
  close(): Promise<void>;
  /**
   * What it says of each statement without doing it: null, it takes it. null for all: it is not there.
   * A kind that stands in a file of ours has its own; the others are asked on a session.
   */
  readonly prepareHere?: (
    statements: readonly SqlStatement[],
    abort: AbortSignal,
  ) => Promise<readonly (string | null)[] | null>;
};

export type SqlSession = {
  begin(): Promise<void>;
  run(
    statement: SqlStatement,
    values: ReadonlyMap<string, Json>,
    rowsMost: number,
  ): Promise<SqlRan>;
  /** Has the server read it, and not do it. Throws what the server says. */
  prepare?(statement: SqlStatement): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Ends what it is at, now. */
  stop(): void;
  /** It is not used again; `isBroken`: by nobody. */
  release(isBroken: boolean): void;
};

export type SqlRan = {
  readonly rows: readonly JsonObject[];
  /** null: it was no change. */
  readonly affected: number | null;
  readonly hasMore: boolean;
};

/** Whether a transaction can be begun. @returns null, or why not */
export async function healthOf(driver: SqlDriver, abort: AbortSignal): Promise<string | null> {
  try {
    const session = await driver.open(true, abort);
    await session.begin();
    await session.rollback();
    session.release(false);
    return null;
  } catch (thrown) {
    return driver.refusalOf(thrown).error.message;
  }
}

/** A statement with its places spelt as the database has them: `$1`, `?`. */
export function spelt(
  { pieces, places }: SqlStatement,
  place: (name: string, at: number) => string,
): string {
  return pieces
    .map((piece, at) => piece + (places[at] === undefined ? "" : place(places[at], at)))
    .join("");
}

/** A decimal number that a driver gives as a text: as a number where that is the same. */
export function decimal(text: string): Json {
  const digits = text.replaceAll(/[^0-9]/g, "").replace(/^0+/, "");
  const number = Number(text);
  return digits.length <= 15 && Number.isFinite(number) ? number : text;
}
