import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Workflow, WorkflowSource } from "../../core/definition/index.ts";
import { type Digest, parseDigest, parseRunId, type RunId } from "../../core/id.ts";
import { packetOf, type Told } from "../../core/machine/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import type { FunctionAgent } from "../agents/index.ts";
import type { Update } from "../notify/index.ts";
import { type Clock, openEmbedded, type Runtime, systemClock } from "../runtime/index.ts";
import {
  isHeld,
  type Log,
  lookIntoSqlite,
  openMemory,
  openSqlite,
  type Standing,
} from "../store/index.ts";
import { openCaseRoom } from "./cases/case-room.ts";
import { casesOf } from "./cases/case-verbs.ts";
import type { Company } from "./company.ts";
import { openFileDesk } from "./files/file-desk.ts";
import { listed, namesOf, openLibrary } from "./files/library.ts";
import { problemsOf } from "./files/problems.ts";
import { settingsOf } from "./files/settings.ts";
import { closeOffice, type Keepers, keepersOf } from "./keepers.ts";
import { keepingOf } from "./keeping.ts";
import { openDesk } from "./map/desk.ts";
import { mapOf } from "./map/draw-map.ts";
import { approvalsOf, breakGlass, governingOf } from "./map/governed.ts";
import { governing } from "./map/governing.ts";
import { openMaps } from "./map/maps.ts";
import { toolsOf } from "./map/tool-verbs.ts";
import { LOOKING, type Office, problemIn } from "./office.ts";
import { endings, heardLog, openReaders } from "./readers.ts";
import { auditOf } from "./record/audit.ts";
import { eraseOnOpening } from "./record/erased-before.ts";
import { openRegister } from "./register.ts";
import { retaining } from "./runs/archiving.ts";
import { checkTold, shown, wrongNames, wrongSpeaker } from "./runs/check-told.ts";
import { exportCheckpoint, importCheckpoint, listCheckpoints } from "./runs/checkpoints.ts";
import { eventsOf, settled } from "./runs/following.ts";
import { foresightOf } from "./runs/foresight.ts";
import { forkRun } from "./runs/fork-run.ts";
import { papersOf } from "./runs/papers.ts";
import { publish } from "./runs/publish.ts";
import { asItIs, standingIn, standingsIn } from "./runs/standings.ts";
import { startRun } from "./runs/start-run.ts";
import { waitingIn } from "./runs/waiting.ts";
import { accountsOf } from "./staff/accounts.ts";
import { agentsOf, steerAgent } from "./staff/agents.ts";
import { hire } from "./staff/hire.ts";
import { notePeople } from "./staff/note-people.ts";
import { openReadiness } from "./staff/readiness.ts";
import type { Line, Staff } from "./staff/staff.ts";

export type CompanyOptions = {
  /** false: only looks. Nothing is performed or told, nothing is locked, and another process may be at work. */
  readonly perform?: boolean;
  /** false: runs are told things, which is kept, and nothing is begun: whoever opens the folder next goes on. */
  readonly begin?: boolean;
  /** Keeps the log in memory: for tests. The folder's files are read all the same. */
  readonly memory?: boolean;
  /** Agents of this process, by name; they go before those of the folder. */
  readonly agents?: Readonly<Record<string, FunctionAgent>>;
  /** Workflows written in TypeScript, beside those of the folder. */
  readonly workflows?: Readonly<Record<string, WorkflowSource>>;
  readonly clock?: Clock;
  /** Told of what nobody waits for: a disk that refuses, a run that cannot be folded. */
  readonly trouble?: (problem: Problem) => void;
  /** Told of each line that an agent writes for people. */
  readonly line?: (line: Line) => void;
  /** Told how far runs are, as often as their workflows say (`progress_updates`). */
  readonly progress?: (update: Update) => void;
};

/**
 * Opens a company's folder. What was left unfinished goes on at once.
 *
 * @param folder with `workflows` and `agents`; its state is kept beside them, in `.muster`
 * @throws MusterError "no-folder", "locked", "read-only", "network-disk", "disk-full", "corrupt",
 *   "newer-version" or "io"; then nothing is held
 */
export async function openCompany(folder: string, options: CompanyOptions = {}): Promise<Company> {
  const path = resolve(folder);
  const clock = options.clock ?? systemClock;
  const log = openLog(path, options);
  try {
    const office = await openOffice(path, { log, clock, options });
    office.readers.start();
    const begins = options.perform !== false && options.begin !== false;
    const trouble = options.trouble ?? (() => {});
    if (begins) await eraseOnOpening(office, trouble);
    if (options.perform !== false) await notePeople(office);
    const endGoverning = begins ? await governing(office, trouble) : office.endGoverning;
    if (begins) for (const problem of await office.runtime.start()) trouble(problem);
    if (begins) office.cases.start();
    const endRetaining = begins ? retaining(office, trouble) : office.endRetaining;
    return companyOf({ ...office, endGoverning, endRetaining });
  } catch (error) {
    await log.close();
    throw error;
  }
}

function openLog(folder: string, options: CompanyOptions): Log {
  if (options.memory === true) return openMemory();
  if (options.perform !== false) return openSqlite(folder);
  if (!existsSync(folder))
    throw new MusterError({
      code: "no-folder",
      message: `There is no folder ${folder}.`,
      mend: "Name a company's folder.",
    });
  return lookIntoSqlite(folder) ?? openMemory();
}

type Given = { readonly log: Log; readonly clock: Clock; readonly options: CompanyOptions };

/** Those who read an office are opened when it is there. */
const NOT_YET = {
  files: null,
  checkpoints: null,
  checkpointer: null,
  archiver: null,
  endRetaining: async (): Promise<void> => {},
  endGoverning: (): void => {},
};

async function openOffice(folder: string, given: Given): Promise<Office> {
  const { clock, options } = given;
  let keepers: Keepers | null = null;
  const { log, hear } = heardLog(given.log);
  const register = openRegister(log, clock, options.perform === false);
  const fileDesk = openFileDesk({ log, clock, folder }, options.memory === true);
  let opened: Promise<Staff> | null = null;
  const staff = (): Promise<Staff> => {
    opened ??= hire({ folder, options, clock, register, log, desk: fileDesk });
    return opened;
  };
  const { library, maps } = filesOf({ folder, log, register, staff, options });
  const isLooking = options.perform === false;
  if (!isLooking) await library.files();
  const hired = isLooking ? null : await staff();
  const { trouble } = options;
  const later = { cases: () => cases.log, runtime: () => runtime };
  const desk = openDesk({ folder, maps, register, ...later });
  const runtime: Runtime = openEmbedded({
    log,
    clock,
    definitions: library,
    performer: hired ?? NOBODY,
    desk,
    accounts: accountsOf(library.budget, log),
    approvals: approvalsOf({ log, register, maps, ...later, people: hired?.who.people ?? null }),
    isLooking,
    isResting: options.begin === false,
    ...(trouble === undefined ? {} : { trouble }),
  });
  const ready = openReadiness({ folder, library, staff });
  const readers = openReaders({ folder, isLooking, clock, library, runtime }, log, options);
  const cases = openCaseRoom({ log, clock, office: () => office }, trouble);
  hear([
    cases.observer,
    endings(
      () => keepers?.files?.ended(),
      () => keepers?.checkpoints?.told(),
    ),
    (...told) => keepers?.checkpointer?.observer(...told),
    ...readers.observers,
  ]);
  const parts = { folder, isLooking, clock, log, library, maps, ready, runtime, register, staff };
  const office: Office = { ...parts, cases, desk, fileDesk, readers, ...NOT_YET };
  keepers = keepersOf(office, options);
  return { ...office, ...keepers };
}

/** What stands in the folder: its workflows, and its map. */
function filesOf({
  folder,
  log,
  register,
  staff,
  options,
}: Pick<Office, "folder" | "log" | "register" | "staff"> & Pick<Given, "options">): Pick<
  Office,
  "library" | "maps"
> {
  const agents = async (): Promise<Staff["known"]> => (await staff()).known;
  const library = openLibrary({
    folder,
    log,
    handedIn: options.workflows ?? {},
    agents,
    people: async () => (await staff()).who.people,
  });
  const workflows = async (): Promise<readonly Workflow[]> => {
    await library.files();
    return library.now();
  };
  const broken = async (): Promise<readonly string[]> =>
    (await library.files()).flatMap((file) => (file.workflow === null ? namesOf(file) : []));
  const told = options.trouble ?? (() => {});
  const maps = openMaps({ folder, log, register, agents, workflows, broken, told });
  return { library, maps };
}

/** Of a company that is only looked at: nothing is started there. */
const NOBODY: Parameters<typeof openEmbedded>[0]["performer"] = {
  perform: () => ({
    kind: "refused",
    error: { class: "transient", kind: "agent_unavailable", message: "" },
  }),
  terms: () => ({ places: [], timeoutMs: 0 }),
  ranked: () => [],
};

function companyOf(office: Office): Company {
  const { folder, library, runtime } = office;
  let closing: Promise<void> | null = null;
  // Twice is once.
  const close = (): Promise<void> => {
    closing ??= closeOffice(office);
    return closing;
  };
  const company: Company = {
    folder,
    isGuest: false,
    isAtWork: () => !office.isLooking || isHeld(folder),
    check: (file) => problemsOf(office, file),
    ...foresightOf(office),
    fork: (source, options = {}) => forkRun(office, { source, ...options }),
    checkpoints: async (run) => listCheckpoints(office, run),
    exportCheckpoint: (run, id) => exportCheckpoint(office, run, id),
    importCheckpoint: (document, options = {}) => importCheckpoint(office, document, options),
    run: (workflow, params = {}, options = {}) =>
      startRun(office, { workflow, params, ...options }),
    send: (run, told, options = {}) => send(office, run, { told, ...options }),
    publish: (event, payload, options = {}) => publish(office, { event, payload, ...options }),
    ...casesOf(office),
    events: (run, options = {}) => eventsOf(office, run, options),
    runs: (filter) => standingsIn(office, filter),
    standing: (run) => standingIn(office, run),
    definition: (run) => runtime.run(run)?.workflow ?? null,
    workflows: async () => (await library.files()).map(listed),
    workflow: async (nameOrFile) => (await library.find(nameOrFile))?.workflow ?? null,
    settings: (nameOrFile) => settingsOf(library, nameOrFile),
    waiting: async (id) => waitingIn(office, id),
    task: async (id, key) => {
      const run = runtime.run(id);
      return run === null ? null : packetOf(run, key, (digest) => runtime.read(digest));
    },
    agents: () => agentsOf(office),
    steer: (told) => steerAgent(office, told),
    ...governingOf(office),
    ...mapOf(office),
    settled: (id, options = {}) => settledIn(office, id, options.abort),
    ...readersOf(office),
    ...toolsOf(office),
    ...papersOf(office),
    ...keepingOf(office),
    ...auditOf(office),
    read: (stored) => ("value" in stored ? stored.value : runtime.read(stored.digest as Digest)),
    close,
    [Symbol.asyncDispose]: close,
  };
  return company;
}

/** @throws MusterError "not-found" */
async function settledIn(office: Office, id: RunId, abort?: AbortSignal): Promise<Standing> {
  const standing = await settled(office, id, abort);
  if (standing === null)
    throw new MusterError({ code: "not-found", message: `There is no run ${id}.` });
  return asItIs(office, standing);
}

function readersOf({ readers }: Office): Pick<Company, "notices" | "metrics"> {
  return {
    notices: (run) => readers.notices(run),
    metrics: (format) => readers.metrics(format),
  };
}

type Sent = { readonly told: Told; readonly by?: string; readonly id?: string };

function noSuchRun(run: unknown): Problem {
  return {
    code: "not-found",
    message: `There is no run ${shown(run)} here: a run's id begins with wf_.`,
    mend: 'See "muster runs list".',
  };
}

async function send(
  office: Office,
  run: RunId,
  { told, by, id }: Sent,
): Promise<readonly Problem[]> {
  if (office.isLooking) return [LOOKING];
  const checked = checkTold(told);
  if ("code" in checked) return [checked];
  const wrong = wrongNames({ by, id }) ?? wrongSpeaker(by);
  if (wrong !== null) return [wrong];
  if (typeof run !== "string" || parseRunId(run) === null) return [noSuchRun(run)];
  try {
    const meant = await withDefinition(office, run, checked.told);
    if ("problems" in meant) return meant.problems;
    const who = by ?? "library";
    const signal = { ...meant.told, at: office.clock.now(), by: who };
    const tell = async (): Promise<readonly Problem[]> => {
      const outcome = await office.runtime.send(run, signal, id);
      return "code" in outcome ? [outcome] : [];
    };
    if (meant.told.type !== "override") return await tell();
    return await breakGlass(office, { run, told: meant.told, by: who }, tell);
  } catch (error) {
    return [problemIn(error)];
  }
}

/** A workflow to be moved to is named by its name, its file or its digest; it is looked at like one that is started. */
async function withDefinition(
  { ready, library, runtime }: Office,
  run: RunId,
  told: Told,
): Promise<{ readonly told: Told } | { readonly problems: readonly Problem[] }> {
  if (told.type !== "move" || parseDigest(told.definition) !== null) return { told };
  const now = runtime.run(run)?.workflow.digest;
  // What was said for this run holds in the other version too.
  const found = await ready(told.definition, now && library.addedTo(now));
  if (found.workflow === null) return { problems: found.problems };
  return { told: { ...told, definition: found.workflow.digest } };
}
