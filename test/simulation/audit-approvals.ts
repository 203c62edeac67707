import type { GateOpening } from "../../src/core/approval/index.ts";
import type { Event } from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import { DECIDERS, DELEGATIONS, stagesOf } from "./board.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

type Of<T extends Event["type"]> = Extract<Event, { readonly type: T }>;

/** One gate of a chain, as an auditor reads it off the log without asking the machine. */
type Book = {
  gate: GateOpening;
  readonly path: string;
  stage: number;
  votes: { voter: string; for: string | undefined; stage: number; allow: boolean }[];
  readonly editors: Set<string>;
  state: "open" | "allowed" | "closed" | "consumed";
  isOverridden: boolean;
};

/** What must hold of every approval by a chain, said again in the plainest way. */
export function auditApprovals(_world: World, shell: Shell, { run, tell }: Audited): void {
  const books = new Map<number, Book>();
  const grants = new Map<string, Book>();
  const say = (what: string): void => tell("approval", what);
  const events = shell.stored(run);
  const requester = events.find(({ type }) => type === "run.accepted")?.by ?? "";
  for (const event of events) {
    const opened = openingIn(event);
    if (opened?.terms !== undefined && event.type !== "gate.edited" && "path" in event)
      books.set(event.seq, newBook(opened, event.path));
    const book = "key" in event ? books.get(event.key) : undefined;
    if (book !== undefined) lookAt(book, event, { requester, say });
    const isUse = book?.gate.use !== undefined;
    if (event.type === "gate.closed" && event.allowed && book !== undefined && !isUse)
      grants.set(event.path, book);
    if (event.type === "attempt.started") lookAtAttempt(grants.get(event.path), event, say);
    if (event.type === "exception.closed" && event.how === "retry") grants.delete(event.path);
  }
}

function openingIn(event: Event): GateOpening | undefined {
  return event.type === "step.started" || event.type === "gate.opened" ? event.gate : undefined;
}

function newBook(gate: GateOpening, path: string): Book {
  const fresh = { stage: 0, votes: [], editors: new Set<string>() };
  return { gate, path, ...fresh, state: "open", isOverridden: false };
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
      if (allowedAt(book, book.stage) < (stagesIn(book)[book.stage]?.need ?? 1))
        say(`${path} goes to its next stage without enough votes`);
      book.stage = event.stage;
      return;
    case "gate.edited":
      if (event.counts) book.editors.add(event.by);
      if (event.gate.digest === book.gate.digest) say(`${path} was edited into the same action`);
      Object.assign(book, { gate: event.gate, stage: 0, votes: [] });
      return;
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
      if (event.action !== book.gate.digest) say(`${path} uses up another action than was allowed`);
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
  book.votes.push({ voter, for: of, stage, allow });
}

/** The clock never allows anything, and one who rejects ends it. */
function lookAtClosing(book: Book, event: Of<"gate.closed">, say: Looking["say"]): void {
  const { allowed, by, path } = event;
  book.state = allowed ? "allowed" : "closed";
  if (!allowed) return;
  if (!DECIDERS.includes(by)) say(`${path} was allowed by ${by}`);
  if (book.votes.some((vote) => !vote.allow)) say(`${path} was allowed although one rejected it`);
  if (book.isOverridden) return;
  stagesIn(book).forEach(({ need }, stage) => {
    if (allowedAt(book, stage) < need) say(`${path} was allowed without stage ${stage}`);
  });
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
