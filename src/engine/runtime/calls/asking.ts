import type { Preview } from "../../../core/governance/index.ts";
import type { Digest } from "../../../core/id.ts";
import { isObject, type JsonObject } from "../../../core/json.ts";
import {
  argsNow,
  askOf,
  type DoneUse,
  type Event,
  type Failure,
  type Key,
  load,
  type Signal,
  type UseStanding,
  useStanding,
} from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import type { Keyring } from "../../sealing/index.ts";
import {
  isToolFailed,
  type OneOfAll,
  type Toolbox,
  type ToolOffered,
  type ToolUses,
  type UseReply,
} from "../../tools/index.ts";
import { type Contents, digestFor } from "../contents.ts";
import type { Resident } from "../resident.ts";
import type { Clock } from "../runtime.ts";
import type { ToolDesk } from "../tools/tool-desk.ts";
import { isProblem, mail } from "../turns/mail.ts";
import type { Mailroom } from "../turns/mailroom.ts";
import type { Attempt } from "./attempt.ts";
import { asked, type Counts, numbered, refusal, type Wanted } from "./wanted-use.ts";

/**
 * What agents in flight ask of tools. Each question is told to its run and answered when the run knows:
 * from what it was given before, when what is under way has ended, or when a pause is over.
 */
export type Asking = {
  readonly toolsOf: (attempt: Attempt) => Lent;
  /** These events are on disk: whoever waits for them is answered. */
  readonly committed: (resident: Resident, events: readonly Event[]) => void;
};

/** What an attempt has of the company's tools. */
export type Lent = ToolUses & {
  readonly offered: () => readonly ToolOffered[];
};

export type AskingShell = {
  readonly clock: Clock;
  readonly contents: Contents;
  readonly desk: ToolDesk | null;
  readonly mailroom: Mailroom;
  readonly log: { readonly keys: Keyring };
};

type Question = {
  readonly attempt: Attempt;
  readonly ask: Digest;
  readonly tool: string;
  readonly args: JsonObject;
  readonly name: string;
  readonly reply: (reply: UseReply) => void;
  readonly stop: (reason: Error) => void;
  /** Those that were asked for at once have the same. */
  readonly batch: object;
  /** The use that it waits for; null: it waits to be asked again when the run goes on. */
  key: Key | null;
};

type State = AskingShell & {
  /** By run and use, those that wait for its end; by run, those that wait for the end of a pause. */
  readonly waiting: Map<string, Set<Question>>;
};

export function openAsking(shell: AskingShell): Asking {
  const state: State = { ...shell, waiting: new Map() };
  return {
    toolsOf: (attempt) => {
      const counts: Counts = { by: null };
      return {
        use: (tool, args, as) => useAll(state, attempt, [{ tool, args, as, counts }])[0] ?? NOTHING,
        useAll: async (all) => {
          if (!Array.isArray(all)) return [refusal("Several uses are a list.")];
          const wanted = (all as readonly OneOfAll[]).map((one) => ({
            tool: one?.tool,
            args: one?.args,
            as: one?.as,
            counts,
          }));
          return await Promise.all(useAll(state, attempt, wanted));
        },
        offered: () => offeredTo(state, attempt),
      };
    },
    committed: (resident, events) => {
      if (state.waiting.size > 0) wake(state, resident, events);
    },
  };
}

function offeredTo({ desk }: State, { call, resident }: Attempt): readonly ToolOffered[] {
  const { map, case: of } = resident.run;
  return desk?.offered(map, { agent: call.agent, case: of }) ?? [];
}

/** One promise for each of them, in their order. */
function useAll(
  state: State,
  attempt: Attempt,
  all: readonly Wanted[],
): readonly Promise<UseReply>[] {
  const questions: Question[] = [];
  const batch = {};
  const answers = all.map((given) => {
    const wanted = asked(given);
    if ("outcome" in wanted) return Promise.resolve(wanted);
    const { tool, args } = wanted;
    const name = wanted.as ?? numbered(wanted);
    const digest = digestFor(state.log.keys, attempt.resident.subject);
    const ask = askOf(digest, { name, tool, args });
    const answer = new Promise<UseReply>((reply, stop) => {
      const question: Question = { attempt, ask, tool, args, name, reply, stop, batch, key: null };
      attempt.abort?.signal.addEventListener("abort", () => end(state, question), { once: true });
      questions.push(question);
    });
    // An agent that waits for it no longer is no reason to end the process.
    answer.catch(() => {});
    return answer;
  });
  if (questions.length > 0) void put(state, questions);
  return answers;
}

const NOTHING: Promise<UseReply> = Promise.resolve(refusal("Nothing is asked for."));

/** Its attempt is over: nobody waits for it any more. */
function end({ waiting }: State, question: Question): void {
  waiting.get(placeOf(question.attempt.resident, question.key))?.delete(question);
  question.stop(new DOMException("The attempt that asked is over.", "AbortError"));
}

/** Those that were asked for at once are told at once. */
async function put(state: State, questions: readonly Question[]): Promise<void> {
  try {
    const asked = questions.filter((question) => {
      const first = standing(question);
      if (first.is !== "not asked") heed(state, question, first);
      return first.is === "not asked";
    });
    if (asked.length === 0) return;
    const seen = await Promise.all(asked.map((question) => look(state, question)));
    const outcome = await tell(state, seen);
    for (const { question, fault } of seen) {
      const now = standing(question);
      if (isProblem(outcome)) question.reply(refusal(outcome.message));
      else if (fault !== null && now.is === "not asked")
        question.reply({ outcome: "failed", error: fault });
      else heed(state, question, now);
    }
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown : new Error(String(thrown));
    for (const question of questions) question.stop(why);
  }
}

type Seen = {
  readonly question: Question;
  readonly preview: Preview | null;
  readonly fault: Failure | null;
};

async function look(state: State, question: Question): Promise<Seen> {
  const looked = await lookUp(state, question);
  if (looked !== null && isToolFailed(looked))
    return { question, preview: null, fault: looked.error };
  return { question, preview: looked, fault: null };
}

function standing({ attempt, ask }: Question): UseStanding {
  return useStanding(attempt.resident.run, attempt.key, ask);
}

function heed(state: State, question: Question, now: UseStanding): void {
  switch (now.is) {
    case "answered":
      return question.reply(replyOf(state, now.done));
    case "nobody's":
      return end(state, question);
    case "under way":
      question.key = now.key;
      return wait(state, question);
    case "not asked":
      // The run is paused, and it would write.
      question.key = null;
      return wait(state, question);
  }
}

function wait(state: State, question: Question): void {
  const name = placeOf(question.attempt.resident, question.key);
  const waiting = state.waiting.get(name) ?? new Set();
  state.waiting.set(name, waiting.add(question));
}

function placeOf({ id }: Resident, key: Key | null): string {
  return key === null ? id : `${id} ${key}`;
}

function replyOf(state: State, { outcome, result, edited }: DoneUse): UseReply {
  const value = load(result, state.contents.read);
  if (outcome === "ok")
    return { outcome, result: value, ...(edited === undefined ? {} : { args: edited }) };
  const say = isObject(value) ? value["denied"] : null;
  return { outcome: "denied", say: typeof say === "string" ? say : "It is not allowed." };
}

/** Checks that come before anything of the tool's system is looked at. */
const BEFORE_LOOKING: ReadonlySet<string> = new Set([
  "stopped",
  "identity",
  "tool",
  "arguments",
  "scope",
  "level",
]);

/** A call that is only looked at has no key of its own yet. */
const LOOKING = "-";

type Looked = Awaited<ReturnType<Toolbox["preview"]>>;

/** How what it would write is now; not for whom the tool is not meant, since that would tell them. */
async function lookUp(state: State, question: Question): Promise<Looked> {
  const { attempt, tool } = question;
  const args = argsNow(attempt.resident.run, attempt.key, question);
  const { desk } = state;
  const { run, id } = attempt.resident;
  const box = desk?.toolbox(run.map) ?? null;
  if (desk === null || box === null) return null;
  const { map, case: about, labels } = run;
  const of = { map, case: about, labels, at: state.clock.now(), calls: 0 };
  const call = {
    tool,
    args,
    agent: attempt.call.agent,
    requester: run.by,
    run: id,
    step: attempt.call.path,
    key: LOOKING,
    preview: null,
  };
  const judgement = desk.judge(call, { ...of, isConsuming: false });
  if (judgement === null) return null;
  const isOut = judgement.checks.some(
    ({ check, verdict }) => verdict === "deny" && BEFORE_LOOKING.has(check),
  );
  if (isOut) return null;
  const bindings = desk.bindings(run.case);
  return box.preview({ tool, args: judgement.args, bindings }, abortOf(attempt));
}

function abortOf({ abort }: Attempt): AbortSignal {
  return abort?.signal ?? AbortSignal.abort();
}

function tell(state: State, seen: readonly Seen[]): Promise<readonly Event[] | Problem> {
  const [first, ...rest] = seen.map(({ question: { name, tool, args }, preview, fault }) => ({
    name,
    tool,
    args,
    preview,
    ...(fault === null ? {} : { fault }),
  }));
  const attempt = seen[0]?.question.attempt;
  if (first === undefined || attempt === undefined) return Promise.resolve([]);
  const { key, call, resident } = attempt;
  const of = { key, at: state.clock.now(), by: `agent:${call.agent}` };
  const signal: Signal =
    rest.length === 0
      ? { type: "use", ...first, ...of }
      : { type: "uses", all: [first, ...rest], ...of };
  return new Promise((told) => state.mailroom.post(resident, mail(signal, { told })));
}

const ENDING: ReadonlySet<Event["type"]> = new Set<Event["type"]>([
  "tool.finished",
  "writeback.committed",
  "writeback.failed",
  "writeback.unknown",
  "writeback.verified",
]);

function wake(state: State, resident: Resident, events: readonly Event[]): void {
  for (const event of events) {
    if (event.type === "run.resumed")
      for (const batch of batches(take(state, placeOf(resident, null)))) void put(state, batch);
    if (!ENDING.has(event.type) || !("key" in event)) continue;
    for (const question of take(state, placeOf(resident, event.key)))
      landed(state, question, event);
  }
}

function batches(questions: readonly Question[]): Iterable<readonly Question[]> {
  return Map.groupBy(questions, ({ batch }) => batch).values();
}

function take({ waiting }: State, name: string): readonly Question[] {
  const found = [...(waiting.get(name) ?? [])];
  waiting.delete(name);
  return found;
}

function landed(state: State, question: Question, event: Event): void {
  const failed = failureIn(event);
  if (event.type === "writeback.unknown" && failed !== null)
    return question.reply({ outcome: "unknown", error: failed });
  if (failed !== null) return question.reply({ outcome: "failed", error: failed });
  // Written, and looked at again: it waits for that.
  heed(state, question, standing(question));
}

function failureIn(event: Event): Failure | null {
  if (event.type === "tool.finished") return event.error ?? null;
  return event.type === "writeback.failed" || event.type === "writeback.unknown"
    ? event.error
    : null;
}
