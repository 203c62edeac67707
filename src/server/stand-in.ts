import { randomUUID } from "node:crypto";
import type { Envelope } from "../core/audit/index.ts";
import type { CaseId, RunId } from "../core/id.ts";
import { type Company, newRunId, type Started } from "../engine/company/index.ts";
import { isGone } from "./line.ts";
import { ASKED_THERE, call, methods, READ_HERE } from "./shares.ts";

/** How often what was asked is asked of another process, because the one before has ended. */
const CHANGES_MOST = 10;

type Ask<Answer> = (company: Company, changes: number) => Promise<Answer>;

type State = {
  current: Company;
  /** Those before: what is still read from them stays readable until all is closed. */
  readonly former: Company[];
  changing: Promise<void> | null;
  isClosed: boolean;
  readonly next: () => Promise<Company>;
};

/**
 * A guest that outlives its host. When the process at work ends, `next` opens the folder or finds
 * who has, and what was asked is asked again: a start under the same run's id, a signal and an event
 * under the same id, so that nothing is done twice.
 */
export function standIn(guest: Company, next: () => Promise<Company>): Company {
  const state: State = { current: guest, former: [], changing: null, isClosed: false, next };
  const through = <Answer>(ask: Ask<Answer>): Promise<Answer> => asking(state, ask);
  const close = (): Promise<void> => closeAll(state);
  return {
    folder: guest.folder,
    get isGuest() {
      return state.current.isGuest;
    },
    isAtWork: () => state.current.isAtWork(),
    ...methods(READ_HERE, (name, args) => call(state.current, name, args)),
    ...methods(ASKED_THERE, (name, args) =>
      through(async (company) => await call(company, name, args)),
    ),
    workflow: (name) => through((company) => company.workflow(name)),
    waiting: (run) => through((company) => company.waiting(run)),
    settled: (run, options) => through((company) => company.settled(run, options)),
    run: (...told) => run(through, told),
    fork: (source, options = {}) => {
      const run = options.run ?? newRunId(Date.now(), undefined);
      return through((company) => company.fork(source, { ...options, run }));
    },
    send: (...told) => send(through, told),
    publish: (...told) => publish(through, told),
    request: (given) => request(through, given),
    tellCase: (id, told, options = {}) => {
      const named = { ...options, id: options.id ?? randomUUID() };
      return through((company) => company.tellCase(id, told, named));
    },
    events: (of, options) => events(state, of, options ?? {}),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function asking<Answer>(state: State, ask: Ask<Answer>): Promise<Answer> {
  for (let changes = 0; ; changes += 1) {
    const at = state.current;
    try {
      return await ask(at, changes);
    } catch (error) {
      if (!isGone(error) || state.isClosed || changes === CHANGES_MOST) throw error;
      await change(state, at);
    }
  }
}

/** Once for all that found it gone. @throws what `next` throws, and "gone" where this is closed */
async function change(state: State, gone: Company): Promise<void> {
  if (state.current !== gone) return;
  state.changing ??= changed(state).finally(() => {
    state.changing = null;
  });
  await state.changing;
}

async function changed(state: State): Promise<void> {
  const next = await state.next();
  state.former.push(state.current);
  state.current = next;
  if (state.isClosed) await next.close();
}

async function closeAll(state: State): Promise<void> {
  state.isClosed = true;
  await state.changing?.catch(() => undefined);
  for (const company of [state.current, ...state.former]) await company.close();
}

type Through = <Answer>(ask: Ask<Answer>) => Promise<Answer>;

function run(
  through: Through,
  [workflow, params, options = {}]: Parameters<Company["run"]>,
): Promise<Started> {
  const { requestId } = options;
  const isNamed = requestId === undefined || typeof requestId === "string";
  const id = options.run ?? (isNamed ? newRunId(Date.now(), requestId) : undefined);
  return through(async (company, changes) => {
    // The answer was lost, not the start.
    if (changes > 0 && id !== undefined && company.standing(id) !== null)
      return { run: id, warnings: [], again: false };
    return await company.run(workflow, params, {
      ...options,
      ...(id === undefined ? {} : { run: id }),
    });
  });
}

function send(
  through: Through,
  [run, told, options = {}]: Parameters<Company["send"]>,
): ReturnType<Company["send"]> {
  const id = options.id ?? randomUUID();
  return through(async (company, changes) => {
    if (changes > 0 && (await wasTold(company, run, id))) return [];
    return await company.send(run, told, { ...options, id });
  });
}

async function wasTold(company: Company, run: RunId, id: string): Promise<boolean> {
  for await (const { cause } of company.events(run)) if (cause === id) return true;
  return false;
}

function publish(
  through: Through,
  [event, payload, options = {}]: Parameters<Company["publish"]>,
): ReturnType<Company["publish"]> {
  const id = options.id ?? randomUUID();
  return through(async (company) => {
    const published = await company.publish(event, payload, { ...options, id });
    return options.id === undefined ? { ...published, again: false } : published;
  });
}

async function request(
  through: Through,
  given: Parameters<Company["request"]>[0],
): ReturnType<Company["request"]> {
  const requestId = given.requestId ?? randomUUID();
  const made = await through((company) => company.request({ ...given, requestId }));
  return made.case === null || given.requestId !== undefined ? made : { ...made, again: false };
}

async function* events(
  state: State,
  run: RunId | CaseId,
  options: NonNullable<Parameters<Company["events"]>[1]>,
): AsyncGenerator<Envelope> {
  let after = options.after ?? 0;
  for (let changes = 0; ; changes += 1) {
    const at = state.current;
    try {
      for await (const envelope of at.events(run, { ...options, after })) {
        after = envelope.seq;
        changes = 0;
        yield envelope;
      }
      return;
    } catch (error) {
      if (!isGone(error) || state.isClosed || changes === CHANGES_MOST) throw error;
      await change(state, at);
    }
  }
}
