import { canonical } from "../../src/core/audit/index.ts";
import type { Digest } from "../../src/core/id.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Event, Key } from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import { isUndo } from "./book.ts";
import type { FarWrite } from "./shop.ts";
import type { World } from "./world.ts";

/** One use, as an auditor reads it off the log without asking the machine. */
export type UseBook = {
  readonly judged: Extract<Event, { readonly type: "tool.judged" }>;
  /** What people were asked about it at last. */
  gate: {
    readonly key: Key;
    readonly action: Digest;
    readonly args: JsonObject | undefined;
  } | null;
  isAllowed: boolean;
  /** When its grant was used up. */
  consumedAt: number | null;
  isStarted: boolean;
  isRepeated: boolean;
  end: "open" | "committed" | "failed" | "unknown";
};

type Known = { readonly events: readonly Event[]; readonly books: ReadonlyMap<Key, UseBook> };

/** What was written at the shop beside what the log says of it. */
export function auditShop({ shop }: World, { run, tell }: Audited, known: Known): void {
  const done = shop.writes.filter((far) => far.run === run && far.isDone && far.key !== 0);
  const byKey = Map.groupBy(done, ({ key }) => key);
  for (const [key, writes] of byKey) auditKey(known, { key, writes }, tell);
  for (const [key, { end, judged }] of known.books) {
    const isWritten = byKey.has(key);
    if (end === "committed" && !isWritten)
      tell("records", `${judged.tool} under ${key} is committed and was not written`);
    if (end === "failed" && isWritten)
      tell("records", `${judged.tool} under ${key} is said not to be written, and was`);
  }
  auditAgain(known, done, tell);
  auditUndone(known.events, done, tell);
}

/** What was allowed: as people were shown it at last, else as it was judged. */
export function wantedArgs({ judged, gate }: UseBook): JsonObject {
  if (gate?.args !== undefined) return gate.args;
  return "value" in judged.args ? (judged.args.value as JsonObject) : {};
}

type Keyed = { readonly key: Key; readonly writes: readonly FarWrite[] };

/** As it was allowed, to a record that was as it was shown, and once. */
function auditKey({ books }: Known, { key, writes }: Keyed, tell: Audited["tell"]): void {
  const [first] = writes;
  const book = books.get(key);
  if (first === undefined) return;
  const what = `${first.tool} under ${key} was written`;
  if (book === undefined) return tell("U1", `${what} and not judged`);
  const { judged, isRepeated } = book;
  if (!book.isStarted) tell("U1", `${what} and not begun`);
  if (writes.length > 1) tell("M9", `${what} ${writes.length} times`);
  const wanted = canonical(wantedArgs(book));
  if (canonical(first.args) !== wanted)
    tell("U4", `${what} with ${canonical(first.args)}, and ${wanted} was allowed`);
  const { precondition } = judged;
  if (precondition !== undefined && !isRepeated && first.found !== precondition)
    tell("stale", `${what} to a record that had changed`);
}

/** U2: a step's use is written again only when a person has looked, and ordered it. */
function auditAgain(
  { events, books }: Known,
  done: readonly FarWrite[],
  tell: Audited["tell"],
): void {
  const byAsk = Map.groupBy(done, ({ key, path }) => `${path} ${books.get(key)?.judged.ask ?? ""}`);
  for (const writes of byAsk.values()) {
    const keys = new Set(writes.map(({ key }) => key));
    const path = writes[0]?.path ?? "";
    const orders = events.filter(
      (event) =>
        (event.type === "exception.closed" && event.path === path && event.how === "retry") ||
        (event.type === "step.released" && event.path === path),
    ).length;
    const said = `${path} wrote the same under ${[...keys].join(", ")}`;
    if (keys.size > 1 + orders) tell("U2", `${said}; people ordered it again ${orders} times`);
  }
}

/** What a tool was to take back is taken back, or a person saw to it. */
function auditUndone(
  events: readonly Event[],
  done: readonly FarWrite[],
  tell: Audited["tell"],
): void {
  const end = events.findLast((event) => event.type === "run.finished");
  if (end?.type !== "run.finished" || end.outcome !== "rolled back") return;
  const pathsOf = (types: readonly Event["type"][]): ReadonlySet<string> =>
    new Set(
      events.flatMap((event) =>
        types.includes(event.type) && "path" in event && isUndo(event.path) ? [event.path] : [],
      ),
    );
  const seen = pathsOf(["exception.closed", "step.released"]);
  const back = new Set(done.map(({ path }) => path));
  for (const path of pathsOf(["tool.judged"]))
    if (!back.has(path) && !seen.has(path))
      tell("undo", `${path} is said to be undone, and nothing was taken back`);
}
