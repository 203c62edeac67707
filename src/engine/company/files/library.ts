import { existsSync, lstatSync, statSync } from "node:fs";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import {
  type CompanyBudget,
  type CompanyMap,
  type KnownAgent,
  type KnownWorkflow,
  NO_OVERLAY,
  type Overlay,
  type People,
  runGives,
  type Workflow,
} from "../../../core/definition/index.ts";
import type { Digest } from "../../../core/id.ts";
import type { Problem } from "../../../core/problem.ts";
import type { Definitions } from "../../runtime/index.ts";
import { type Log, STATE_FOLDER } from "../../store/index.ts";
import type { WorkflowListed } from "../company.ts";
import { filesIn } from "./folder-files.ts";
import { MAP_FILE, NO_MAP, readMapFile } from "./map-file.ts";
import { hasMap } from "./map-files.ts";
import {
  check,
  recall,
  takeIn,
  takenOf,
  WORKFLOW_EXTENSIONS,
  type WorkflowFile,
  type WorkflowText,
} from "./workflow-file.ts";

/** The workflows of a company: those of its files, and those that its runs are pinned to. */
export type Library = Definitions & {
  /** By name or file, as it is now on disk; null where there is neither. */
  readonly find: (nameOrFile: string) => Promise<WorkflowFile | null>;
  /** Every file of the folder `workflows`, as it is now on disk. */
  readonly files: () => Promise<readonly WorkflowFile[]>;
  /** What all runs may use together, as the map last said that could be read. */
  readonly budget: () => CompanyBudget;
  /** Those of the folder, as they were last read. */
  readonly now: () => readonly Workflow[];
  /** Takes in a definition from elsewhere; null where this version cannot read it. */
  readonly learn: (content: readonly [Digest, string]) => Workflow | null;
  /** The company's map, as it is now on disk. */
  readonly map: () => Promise<CompanyMap>;
  /** The same workflow with what one run adds to it; it is checked anew. */
  readonly adapted: (file: WorkflowFile, overlay: Overlay) => Promise<WorkflowFile>;
  /** What the run that is pinned to this definition added to it; undefined: nothing. */
  readonly addedTo: (digest: Digest) => Overlay | undefined;
};

/** Definitions kept in memory that no file holds any more. */
const RECALLED_MOST = 1_000;

type Given = {
  /** The company's, absolute. */
  readonly folder: string;
  readonly log: Pick<Log, "content">;
  /** Workflows that no file holds, by name. */
  readonly handedIn: Readonly<Record<string, unknown>>;
  /** The company's agents, asked for when a workflow is checked. */
  readonly agents: () => Promise<Readonly<Record<string, KnownAgent>>>;
  /** Who works in the company; null: nobody knows. */
  readonly people: () => Promise<People | null>;
};

type State = Given & {
  /** Names, times and sizes of the files as they were last read. */
  read: string;
  files: readonly WorkflowFile[];
  map: CompanyMap;
  budget: CompanyBudget;
  readonly byName: Map<string, Workflow>;
  readonly byDigest: Map<Digest, Workflow>;
  readonly contents: Map<Digest, readonly [Digest, string]>;
};

export function openLibrary(given: Given): Library {
  const state: State = {
    ...given,
    read: "",
    files: [],
    map: NO_MAP,
    budget: {},
    byName: new Map(),
    byDigest: new Map(),
    contents: new Map(),
  };
  return {
    byDigest: (digest) => byDigest(state, digest),
    byName: (name) => state.byName.get(name) ?? null,
    now: () => [...state.byName.values()],
    contentOf: (digest) => {
      const known = state.contents.get(digest);
      const text = known === undefined ? given.log.content(digest) : null;
      return known ?? (text === null ? null : [digest, text]);
    },
    learn: ([digest, text]) => {
      const workflow = recall(text);
      if (workflow === null || workflow.digest !== digest) return null;
      state.byDigest.set(digest, workflow);
      state.contents.set(digest, [digest, text]);
      return workflow;
    },
    find: (nameOrFile) => find(state, nameOrFile),
    files: async () => {
      await refresh(state);
      return state.files;
    },
    budget: () => state.budget,
    map: async () => {
      await refresh(state);
      return state.map;
    },
    adapted: (file, overlay) => adapted(state, file, overlay),
    addedTo: (digest) => addedTo(state, digest),
  };
}

/** A file as the list of workflows has it. */
export function listed({ file, workflow, problems, content }: WorkflowFile): WorkflowListed {
  return {
    name: workflow?.name ?? withoutExtension(file),
    version: workflow?.version ?? null,
    description: workflow?.description ?? "",
    file,
    problems,
    content: content?.[1] ?? null,
  };
}

/** What a file may be meant by: its name, and what is written in it, also where it cannot be used. */
export function namesOf({ file, name }: WorkflowFile): readonly string[] {
  return [withoutExtension(file), ...(name === undefined ? [] : [name])];
}

function byDigest(state: State, digest: Digest): Workflow | null {
  const known = state.byDigest.get(digest);
  if (known !== undefined) return known;
  const content = state.log.content(digest);
  const workflow = content === null ? null : recall(content);
  if (workflow === null) return null;
  if (state.byDigest.size >= RECALLED_MOST) forget(state);
  state.byDigest.set(digest, workflow);
  return workflow;
}

/** What the store holds can be recalled again; what the files hold stays. */
function forget(state: State): void {
  const current = new Set(state.files.map((file) => file.workflow?.digest));
  for (const digest of state.byDigest.keys())
    if (!current.has(digest)) state.byDigest.delete(digest);
}

async function find(state: State, nameOrFile: string): Promise<WorkflowFile | null> {
  await refresh(state);
  const path = resolve(state.folder, nameOrFile);
  const own = state.files.find(
    (one) => one.workflow?.name === nameOrFile || join(state.folder, one.file) === path,
  );
  if (own !== undefined) return own;
  if (existsSync(path) && statSync(path).isFile()) return findLone(state, path);
  const unread = state.files.find(({ file }) => withoutExtension(file) === nameOrFile);
  return unread ?? null;
}

function withoutExtension(file: string): string {
  return basename(file).replace(/\.[^.]+$/, "");
}

/** A file that stands elsewhere. Outside the folder, or in one without agents, nobody can know its agents. */
async function findLone(state: State, path: string): Promise<WorkflowFile> {
  const from = relative(state.folder, path);
  const isInside = !isAbsolute(from) && from.split(sep)[0] !== "..";
  const file = isInside ? from.split(sep).join("/") : path;
  const taken = await takeIn(path, file);
  const isCompany =
    isInside && ["agents", "workflows"].some((one) => existsSync(join(state.folder, one)));
  const around = isCompany
    ? {
        agents: await state.agents(),
        people: await state.people(),
        workflows: knownOf(state.files),
      }
    : { agents: null, workflows: null };
  const overlay = isInside ? overlayOf(state.map) : NO_OVERLAY;
  const checked = check(taken, { ...around, overlay });
  keep(state, checked);
  return isCompany ? checked : { ...checked, isLone: true };
}

function knownOf(files: readonly WorkflowFile[]): Readonly<Record<string, KnownWorkflow>> {
  return Object.fromEntries(
    files.flatMap(({ workflow }) =>
      workflow === null
        ? []
        : [[workflow.name, { params: workflow.params, outputs: runGives(workflow) }]],
    ),
  );
}

function keep(state: State, { workflow, content }: WorkflowFile): void {
  if (workflow === null || content === null) return;
  state.byDigest.set(workflow.digest, workflow);
  state.contents.set(workflow.digest, content);
}

/** What holds for the run is part of the content that it is pinned to, like the file itself. */
async function adapted(state: State, file: WorkflowFile, more: Overlay): Promise<WorkflowFile> {
  const stored = file.content === null ? null : takenOf(file.content[1]);
  if (stored === null) return file;
  const { overlay: own, ...taken } = stored;
  const overlay = { settings: [...own.settings, ...more.settings], bound: more.bound };
  const agents = file.isLone === true ? null : await state.agents();
  const people = file.isLone === true ? null : await state.people();
  const workflows = file.isLone === true ? null : knownOf(state.files);
  const checked = check(taken, { agents, people, workflows, overlay });
  if (state.byDigest.size >= RECALLED_MOST) forget(state);
  keep(state, checked);
  return checked;
}

function addedTo(state: State, digest: Digest): Overlay | undefined {
  const content = state.contents.get(digest)?.[1] ?? state.log.content(digest);
  const { settings, bound } = (content === null ? null : takenOf(content))?.overlay ?? NO_OVERLAY;
  const own = settings.filter(({ origin }) => origin === "run");
  return own.length + bound.length === 0 ? undefined : { settings: own, bound };
}

function overlayOf({ defaults }: CompanyMap): Overlay {
  return defaults.length === 0 ? NO_OVERLAY : { settings: defaults, bound: [] };
}

/** Reads the folder again where something in it has changed. Twice, because workflows name one another. */
async function refresh(state: State): Promise<void> {
  const names = filesIn(state.folder, "workflows", WORKFLOW_EXTENSIONS);
  const mapFile = hasMap(state.folder) ? [MAP_FILE] : [];
  const stamps = [...mapFile, ...names].map(
    (file) => `${file} ${stampOf(join(state.folder, file))}`,
  );
  const now = ["read", ...stamps].join("\n");
  if (now === state.read) return;
  const agents = await state.agents();
  const people = await state.people();
  const memory = join(state.folder, STATE_FOLDER);
  const inFiles = await Promise.all(
    names.map((file) => takeIn(join(state.folder, file), file, memory)),
  );
  const handedIn = Object.entries(state.handedIn).map(([name, value]) => ({ file: name, value }));
  const taken: readonly WorkflowText[] = [...inFiles, ...handedIn];
  state.map = mapFile.length === 0 ? NO_MAP : readMapFile(state.folder);
  state.budget = state.map.budget ?? state.budget;
  const overlay = overlayOf(state.map);
  const around = { agents, people, overlay };
  const known = knownOf(taken.map((one) => check(one, { ...around, workflows: null })));
  const files = taken.map((one) => check(one, { ...around, workflows: known }));
  state.read = now;
  state.byName.clear();
  state.files = files.map((file) => named(state, file));
  for (const file of state.files) keep(state, file);
}

/** The first file of a name has it. */
function named(state: State, file: WorkflowFile): WorkflowFile {
  const { workflow } = file;
  if (workflow === null) return file;
  const known = state.byName.get(workflow.name);
  if (known !== undefined)
    return { ...file, workflow: null, problems: [...file.problems, twice(file.file, known)] };
  state.byName.set(workflow.name, workflow);
  return file;
}

function twice(file: string, known: Workflow): Problem {
  return {
    code: "duplicate",
    message: `The workflow "${known.name}" is defined in ${known.root.where.file} already.`,
    mend: "Give one of the two another name.",
    where: { file, line: 1, column: 1 },
  };
}

function stampOf(path: string): string {
  // A link to nothing, or to itself, has a stamp of its own.
  const { mtimeMs, size } = existsSync(path) ? statSync(path) : lstatSync(path);
  return `${mtimeMs} ${size}`;
}
