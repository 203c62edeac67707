import type { Labels } from "../governance/index.ts";
import { unreachable } from "../unreachable.ts";
import type { Case, CaseRun } from "./case.ts";
import type { CaseEvent } from "./event.ts";
import { arrived, withRequest } from "./evolve-request.ts";

/** What happened -> what is true now. */
export function evolveCase(before: Case, event: CaseEvent): Case {
  const { seq, heard } = event;
  const after = { ...before, ...changed(before, event), seq };
  const status = after.closedAt !== null ? "closed" : after.waits.length > 0 ? "waiting" : "open";
  if (heard === undefined) return { ...after, status };
  const runs = changedRun(after.runs, heard.run, { heard: heard.seq });
  return { ...after, runs, status };
}

type Changed = Partial<Case>;
type Of<Start extends string> = Extract<CaseEvent, { readonly type: `${Start}.${string}` }>;

// oxlint-disable-next-line complexity -- a flat switch, one case for each type of event
function changed(before: Case, event: CaseEvent): Changed {
  const { at } = event;
  switch (event.type) {
    case "case.opened":
      return { owner: event.owner, openedAt: at, subject: event.subject ?? null };
    case "request.received":
    case "request.typed":
    case "request.completed":
    case "request.unbound":
    case "request.bound":
    case "request.continued":
    case "request.moved":
      return withRequest(before, event);
    case "fact.recorded": {
      const { name, value, source } = event;
      return { facts: { ...before.facts, [name]: { value, source, at } } };
    }
    case "issue.opened":
    case "issue.closed":
      return withIssue(before, event);
    case "message.received":
    case "message.passed":
    case "message.sent":
      return withMessage(before, event);
    case "case.labelled":
      return { labels: joined(before.labels, event.labels) };
    case "run.begun":
    case "run.started":
    case "run.refused":
    case "run.ended":
      return withRun(before, event);
    case "case.waiting": {
      const { run, key, path } = event;
      return { waits: [...before.waits, { run, key, path }] };
    }
    case "case.continued":
      return continued(before, event);
    case "case.closed":
      return { closedAt: at, outcome: event.outcome, moving: [] };
    case "case.reopened":
      return { closedAt: null, outcome: null };
    case "case.handed":
      return { owner: event.to, isHanded: true };
    case "case.noted":
      return { notes: [...before.notes, { at, by: event.by, text: event.text }] };
    default:
      return unreachable(event);
  }
}

function withIssue({ issues }: Case, event: Of<"issue">): Changed {
  if (event.type === "issue.closed")
    return {
      issues: issues.map((one) => (one.key === event.key ? { ...one, isOpen: false } : one)),
    };
  const { seq: key, at, text, owner, exception = null, run = null } = event;
  return { issues: [...issues, { key, text, owner, at, exception, run, isOpen: true }] };
}

function withMessage(before: Case, event: Of<"message">): Changed {
  const { seq: key, at } = event;
  switch (event.type) {
    case "message.received": {
      const { id, requester: from, channel, trust, text, attachments } = event;
      const message = { key, id, at, from, channel, trust, text, isOurs: false, attachments };
      const conversation = [...before.conversation, message];
      return { conversation, ...arrived(before, { key, id, from, channel, text }) };
    }
    case "message.passed":
      return passed(before, event);
    case "message.sent": {
      const { source: from, channel, text } = event;
      const own = { id: "", trust: "staff", isOurs: true, attachments: [] } as const;
      const message = { key, at, from, channel, text, ...own };
      return { conversation: [...before.conversation, message] };
    }
  }
}

/** It may have been taken before the case was told that it was published. */
function passed(
  { unpassed, unread, taken }: Case,
  { key, to, position }: Extract<CaseEvent, { readonly type: "message.passed" }>,
): Changed {
  const isRead = to.length > 0 || taken.includes(position);
  return {
    unpassed: unpassed.filter((one) => one.key !== key),
    unread: isRead
      ? unread.filter((one) => one.key !== key)
      : unread.map((one) => (one.key === key ? { ...one, position } : one)),
  };
}

/** Positions that are remembered: a message is taken about when it is published, or found unread with its position. */
const TAKEN_MOST = 100;

function continued(
  { waits, unread, taken }: Case,
  { run, key, position }: Extract<CaseEvent, { readonly type: "case.continued" }>,
): Changed {
  const left = waits.filter((one) => one.run !== run || one.key !== key);
  if (position === undefined) return { waits: left };
  return {
    waits: left,
    unread: unread.filter((one) => one.position !== position),
    taken: [...taken, position].slice(-TAKEN_MOST),
  };
}

function withRun(before: Case, event: Of<"run">): Changed {
  const { run } = event;
  switch (event.type) {
    case "run.begun": {
      const { workflow, request, parent = null } = event;
      // A sub-run has begun already: its parent says so.
      const status = parent === null ? "begun" : "started";
      return { runs: [...before.runs, { run, workflow, request, status, heard: 0, parent }] };
    }
    case "run.started":
      return { runs: changedRun(before.runs, run, { status: "started" }) };
    case "run.refused":
      return { runs: changedRun(before.runs, run, { status: "refused" }) };
    case "run.ended":
      return {
        runs: changedRun(before.runs, run, { status: event.outcome }),
        waits: before.waits.filter((one) => one.run !== run),
      };
  }
}

function changedRun(
  runs: readonly CaseRun[],
  run: string,
  more: Partial<CaseRun>,
): readonly CaseRun[] {
  return runs.map((one) => (one.run === run ? { ...one, ...more } : one));
}

function joined(one: Labels, other: Labels): Labels {
  return {
    untrusted: [...new Set([...one.untrusted, ...other.untrusted])],
    personal: [...new Set([...one.personal, ...other.personal])],
  };
}
