import { type GateOpening, usesOf } from "../../src/core/approval/index.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Event } from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import { DECIDERS, DELEGATIONS, stagesOf } from "./board.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

type Of<T extends Event["type"]> = Extract<Event, { readonly type: T }>;

/** One action at a gate of a chain, as an auditor reads it off the log without asking the machine. */
type Book = {
  gate: GateOpening;
  action: Digest;
  /** Where several are asked about at once: the use that it is. */
  readonly use: number | null;
  readonly path: string;
  stage: number;
  votes: { voter: string; for: string | undefined; stage: number; allow: boolean }[];
  readonly editors: Set<string>;
  state: "open" | "allowed" | "closed" | "consumed";
  isOverridden: boolean;
};

/** What must hold of every approval by a chain, said again in the plainest way. */
export function auditApprovals(_world: World, shell: Shell, { run, tell }: Audited): void {
  const books = new Map<number, readonly Book[]>();
  const grants = new Map<string, Book>();
  const say = (what: string): void => tell("approval", what);
  const events = shell.stored(run);
  const requester = events.find(({ type }) => type === "run.accepted")?.by ?? "";
  for (const event of events) {
    const opened = openingIn(event);
    if (opened?.terms !== undefined && event.type !== "gate.edited" && "path" in event)
      books.set(event.seq, newBooks(opened, event.path));
    const asked = ("key" in event ? books.get(event.key) : undefined) ?? [];
    for (const book of asked) if (isAbout(book, event)) lookAt(book, event, { requester, say });
    const isOther = event.type === "gate.consumed" && !asked.some((book) => isAbout(book, event));
    if (asked.length > 0 && isOther) say(`${event.key} uses up another action than was allowed`);
    const [book] = asked;
    if (event.type === "gate.closed" && event.allowed && book !== undefined && !isOfUse(book))
      grants.set(event.path, book);
    if (event.type === "attempt.started") lookAtAttempt(grants.get(event.path), event, say);
    if (event.type === "exception.closed" && event.how === "retry") grants.delete(event.path);
  }
}

function openingIn(event: Event): GateOpening | undefined {
  return event.type === "step.started" || event.type === "gate.opened" ? event.gate : undefined;
}

function newBooks(gate: GateOpening, path: string): readonly Book[] {
  const actions = gate.terms?.actions ?? [{ digest: gate.digest }];
  return actions.map((one) => {
    const fresh = { stage: 0, votes: [], editors: new Set<string>() };
    const use = "use" in one ? (one.use ?? null) : null;
    const { digest: action } = one;
    return { gate, path, action, use, ...fresh, state: "open", isOverridden: false };
  });
}

function isOfUse({ gate }: Book): boolean {
  return usesOf(gate).length > 0;
}

/** Of several actions, whether the event is about this one. */
function isAbout({ action, use }: Book, event: Event): boolean {
  if (use === null) return true;
  switch (event.type) {
    case "gate.voted":
      return event.on === undefined || event.on.includes(action);
    case "gate.consumed":
      return event.action === action;
    case "gate.voided":
      return event.action === undefined || event.action === action;
    default:
      return true;
  }
}

function stagesIn({ gate }: Book): ReturnType<typeof stagesOf> {
  return stagesOf(gate.terms?.chain.name ?? "");
}

type Looking = { readonly requester: string; readonly say: (what: string) => void };

function lookAt(book: Book, event: Event, looking: Looking): void {
  const { say } = looking;
  const { path } = book;
  switch (event.type) {
    case "gate.voted":
      return lookAtVote(book, event, looking);
    case "gate.advanced":
      if (!isRefused(book) && allowedAt(book, book.stage) < (stagesIn(book)[book.stage]?.need ?? 1))
        say(`${path} goes to its next stage without enough votes`);
      book.stage = event.stage;
      return;
    case "gate.edited":
      return lookAtEdit(book, event, say);
    case "gate.overridden":
      if (event.voter !== "emil") say(`${event.voter} broke the glass at ${path} and may not`);
      if (event.voter === looking.requester) say(`${event.voter} broke the glass for themselves`);
      if (event.reason === "") say(`the glass at ${path} was broken without a reason`);
      book.isOverridden = true;
      return;
    case "gate.closed":
      return lookAtClosing(book, event, say);
    case "gate.consumed":
      if (book.state !== "allowed") say(`${path} uses up what is ${book.state}`);
      if (event.action !== book.action) say(`${path} uses up another action than was allowed`);
      book.state = "consumed";
      return;
    case "gate.voided":
      if (book.state !== "allowed") say(`${path} makes void what is ${book.state}`);
      book.state = "closed";
      return;
    default:
      return;
  }
}

/** Of several actions the others stay as they were decided; all are asked from the first stage on. */
function lookAtEdit(book: Book, event: Of<"gate.edited">, say: Looking["say"]): void {
  const { gate, counts, by } = event;
  const isOther = event.action !== undefined && event.action !== book.action;
  Object.assign(book, { gate, stage: 0 });
  if (isOther) return;
  const action = gate.terms?.actions?.find(({ use }) => use === book.use)?.digest ?? gate.digest;
  if (counts) book.editors.add(by);
  if (action === book.action) say(`${book.path} was edited into the same action`);
  Object.assign(book, { action, votes: [] });
}

function lookAtVote(book: Book, event: Of<"gate.voted">, { requester, say }: Looking): void {
  const { voter, for: of, stage = 0, allow, presented, digest } = event;
  const at = `at ${book.path}`;
  if (book.state !== "open") say(`${voter} votes ${at}, which is ${book.state}`);
  if (digest !== book.gate.digest) say(`${voter} votes ${at} on another action`);
  if (presented !== book.gate.terms?.presented) say(`${voter} votes ${at} on another screen`);
  if (stage !== book.stage)
    say(`${voter} votes ${at} at stage ${stage}, and ${book.stage} is asked`);
  for (const person of [voter, ...(of === undefined ? [] : [of])]) {
    if (person === requester) say(`${person}, who asks for it, votes ${at}`);
    if (book.editors.has(person)) say(`${person}, who edited it, votes ${at}`);
  }
  if (!DECIDERS.includes(voter)) say(`${voter}, who is nobody, votes ${at}`);
  if (of !== undefined && !DELEGATIONS.some(({ from, to }) => from === of && to === voter))
    say(`${voter} votes ${at} for ${of}, who lets nobody`);
  const here = book.votes.filter((vote) => vote.stage === stage);
  if (here.some((vote) => vote.voter === voter)) say(`${voter} votes ${at} a second time`);
  if (here.some((vote) => (vote.for ?? vote.voter) === (of ?? voter)))
    say(`the right of ${of ?? voter} is used twice ${at}`);
  const isEarlier = book.votes.some((vote) => vote.stage < stage && vote.voter === voter);
  if (stagesIn(book)[stage]?.isDistinct === true && isEarlier)
    say(`${voter} votes ${at} at two stages that are to be distinct`);
  const isPermitted = event.permits === undefined || event.permits.includes(book.action);
  const isRefusal = !allow || (book.use !== null && !isPermitted);
  book.votes.push({ voter, for: of, stage, allow: !isRefusal });
}

/** The clock never allows anything, and one who rejects ends it. */
function lookAtClosing(book: Book, event: Of<"gate.closed">, say: Looking["say"]): void {
  const { allowed, by, path, permits } = event;
  const isPermitted = allowed && (permits === undefined || permits.includes(book.action));
  book.state = isPermitted ? "allowed" : "closed";
  if (!isPermitted) return;
  if (!DECIDERS.includes(by)) say(`${path} was allowed by ${by}`);
  if (isRefused(book)) say(`${path} was allowed although one rejected it`);
  if (book.isOverridden) return;
  stagesIn(book).forEach(({ need }, stage) => {
    if (allowedAt(book, stage) < need) say(`${path} was allowed without stage ${stage}`);
  });
}

function isRefused({ votes }: Book): boolean {
  return votes.some((vote) => !vote.allow);
}

function allowedAt({ votes }: Book, stage: number): number {
  const here = votes.filter((vote) => vote.allow && vote.stage === stage);
  return new Set(here.map(({ voter }) => voter)).size;
}

/** Nothing is done that was not allowed and used up first. */
function lookAtAttempt(
  book: Book | undefined,
  { path }: Of<"attempt.started">,
  say: Looking["say"],
): void {
  if (book !== undefined && book.state !== "consumed")
    say(`${path} is attempted, and its approval is ${book.state}`);
}
