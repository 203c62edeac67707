import { unreachable } from "../unreachable.ts";
import { CASE_LIMITS, type Case, liveRuns } from "./case.ts";
import type { CaseDraft } from "./drafting.ts";
import type { CaseSignal, RunSaid } from "./signal.ts";

/** What a run said in its events. What was heard before changes nothing. */
export function hear(
  draft: CaseDraft,
  { run, seq, said }: Extract<CaseSignal, { readonly type: "heard" }>,
): null {
  const known = draft.now.runs.find((one) => one.run === run);
  if (known === undefined || seq <= known.heard) return null;
  if (known.status === "begun") draft.add({ type: "run.started", run });
  for (const one of said) hearOne(draft, known, one);
  return null;
}

type Speaker = Case["runs"][number];

function hearOne(draft: CaseDraft, speaker: Speaker, said: RunSaid): void {
  const { now } = draft;
  const { run } = speaker;
  switch (said.kind) {
    case "fact":
      if (isRoomFor(now, said.name)) draft.add({ ...of(said), type: "fact.recorded" });
      return;
    case "issue":
      return raised(draft, run, said);
    case "settled":
      return settled(draft, run, said);
    case "sent":
      if (now.conversation.length < CASE_LIMITS.messages)
        draft.add({ ...of(said), type: "message.sent" });
      return;
    case "labels":
      if (isNew(now, said.labels)) draft.add({ ...of(said), type: "case.labelled" });
      return;
    case "waits":
      return draft.add({ type: "case.waiting", run, key: said.key, path: said.path });
    case "goes on":
      return goesOn(draft, run, said);
    case "sub-run":
      return subRun(draft, speaker, said);
    case "ended":
      return ended(draft, speaker, said);
    default:
      return unreachable(said);
  }
}

function of<Said extends RunSaid>({ kind: _kind, ...rest }: Said): Omit<Said, "kind"> {
  return rest;
}

function isRoomFor({ facts }: Case, name: string): boolean {
  return Object.hasOwn(facts, name) || Object.keys(facts).length < CASE_LIMITS.facts;
}

function isNew({ labels }: Case, more: Case["labels"]): boolean {
  return (
    more.untrusted.some((one) => !labels.untrusted.includes(one)) ||
    more.personal.some((one) => !labels.personal.includes(one))
  );
}

/** The same words once, as long as they are open. */
function issue(draft: CaseDraft, text: string, run?: Speaker["run"]): void {
  const { issues, owner } = draft.now;
  if (issues.length >= CASE_LIMITS.issues) return;
  if (issues.some((one) => one.isOpen && one.text === text)) return;
  draft.add({ type: "issue.opened", text, owner, ...(run === undefined ? {} : { run }) });
}

function goesOn(draft: CaseDraft, run: Speaker["run"], said: Said<"goes on">): void {
  const wait = draft.now.waits.find(
    (one) => one.run === run && (one.key === said.key || one.path === said.path),
  );
  const { position } = said;
  const more = position === undefined ? {} : { position };
  if (wait !== undefined) draft.add({ type: "case.continued", run, key: wait.key, ...more });
}

type Said<Kind extends RunSaid["kind"]> = Extract<RunSaid, { readonly kind: Kind }>;

/** Its owner is whoever the run says; where it says nobody, the case's. */
function raised(draft: CaseDraft, run: Speaker["run"], { key, text, owner }: Said<"issue">): void {
  const { issues, owner: own } = draft.now;
  if (issues.length >= CASE_LIMITS.issues) return;
  const exception = { run, key };
  draft.add({ type: "issue.opened", text, owner: owner === "" ? own : owner, exception });
}

function settled(draft: CaseDraft, run: Speaker["run"], { key, why }: Said<"settled">): void {
  const issue = draft.now.issues.find(
    ({ isOpen, exception }) => isOpen && exception?.run === run && exception.key === key,
  );
  if (issue !== undefined) draft.add({ type: "issue.closed", key: issue.key, why });
}

function subRun(
  draft: CaseDraft,
  { run: parent, request }: Speaker,
  { run, workflow }: Extract<RunSaid, { readonly kind: "sub-run" }>,
): void {
  const { runs } = draft.now;
  if (runs.some((one) => one.run === run) || runs.length >= CASE_LIMITS.runs) return;
  draft.add({ type: "run.begun", run, workflow, request, parent });
}

function ended(
  draft: CaseDraft,
  { run, parent }: Speaker,
  { outcome, why }: Extract<RunSaid, { readonly kind: "ended" }>,
): void {
  draft.add({ type: "run.ended", run, outcome, ...(why === "" ? {} : { why }) });
  for (const { isOpen, exception } of draft.now.issues)
    if (isOpen && exception?.run === run)
      settled(draft, run, { kind: "settled", key: exception.key, why: `${run} has ended.` });
  // What follows the end of a sub-run, the run above it says.
  if (parent !== null) return;
  if (draft.now.closedAt === null && outcome !== "completed")
    issue(draft, `The run ${run} ended as ${outcome}${why === "" ? "." : `: ${why}`}`, run);
  noteUnread(draft);
  closeWhenDone(draft);
}

/** What came for runs and was read by none of them is a person's. */
export function noteUnread(draft: CaseDraft): void {
  const { unread, unpassed, closedAt } = draft.now;
  if (closedAt !== null || liveRuns(draft.now).length > 0) return;
  for (const { key, from, text } of unread)
    if (unpassed.every((one) => one.key !== key))
      issue(draft, `${from} wrote, and no run has read it: ${begun(text)}`);
}

/** Of what was written, in a sentence about it. */
const SHOWN_CHARACTERS_MOST = 120;

function begun(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length <= SHOWN_CHARACTERS_MOST
    ? line
    : `${line.slice(0, SHOWN_CHARACTERS_MOST - 1)}…`;
}

/** All that was asked for was done, and nobody has anything left to do. */
export function closeWhenDone(draft: CaseDraft): void {
  const { closedAt, runs, requests, issues, unpassed, moving } = draft.now;
  const last = runs.findLast(({ parent }) => parent === null);
  const isOpen =
    liveRuns(draft.now).length > 0 ||
    requests.some(({ state }) => state === "waits") ||
    issues.some((one) => one.isOpen) ||
    unpassed.length + moving.length > 0;
  if (closedAt !== null || isOpen || last?.status !== "completed") return;
  draft.add({ type: "case.closed", outcome: "completed", why: `${last.run} is complete.` });
}
