import type { Workflow } from "../../src/core/definition/index.ts";
import { readWorkflow } from "../../src/core/definition/index.ts";
import type { Digest } from "../../src/core/id.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { invent, type Source } from "./invent.ts";
import type { Taste } from "./taste.ts";
import { appended, prepended } from "./versions.ts";

/** The workflows of a world, read. */
export type Library = {
  readonly mains: readonly Digest[];
  readonly definitions: ReadonlyMap<Digest, Workflow>;
  readonly names: ReadonlyMap<string, Digest>;
  /** Other versions of a workflow, to be moved to. */
  readonly versions: ReadonlyMap<Digest, readonly Digest[]>;
};

/** So many seeds in a row have the same workflows in other weather: reading them is dear. */
const SEEDS_PER_INVENTION = 8;
const LIBRARIES_MOST = 4;
const DRAFTS_MOST = 20;

export function inventionOf(seed: number): number {
  return Math.floor(seed / SEEDS_PER_INVENTION);
}

const libraries = new Map<string, Library>();

export function libraryOf(seed: number, taste: Taste): Library {
  const from = inventionOf(seed);
  const { size, only, isCalm } = taste;
  const name = `${from} ${size} ${only ?? ""} ${isCalm}`;
  const known = libraries.get(name);
  if (known !== undefined) return known;
  if (libraries.size > LIBRARIES_MOST) libraries.clear();
  const made = written(chanceOf(`workflows ${from}`), taste);
  libraries.set(name, made);
  return made;
}

/** Workflows without a fault: what the reader refuses is written anew. */
function written(chance: Chance, taste: Taste): Library {
  for (let draft = 0; ; draft++) {
    const invention = invent(chance.apart(`draft ${draft}`), taste);
    const definitions = new Map<Digest, Workflow>();
    const names = new Map<string, Digest>();
    for (const source of [...invention.children, ...invention.mains]) {
      const workflow = readSource(source);
      if (workflow === null) break;
      definitions.set(workflow.digest, workflow);
      names.set(workflow.name, workflow.digest);
    }
    const mains = invention.mains.flatMap((main) => names.get(main.name) ?? []);
    if (mains.length === invention.mains.length)
      return { mains, definitions, names, versions: withVersions(definitions) };
    if (draft > DRAFTS_MOST) throw new Error("The reader refused every draft of workflows.");
  }
}

/** Each workflow has a version with a step more behind all others, and one with a step more before them. */
function withVersions(definitions: Map<Digest, Workflow>): Library["versions"] {
  const versions = new Map<Digest, readonly Digest[]>();
  const written = new Map(definitions);
  for (const [digest, workflow] of written) {
    const others = [appended(workflow), prepended(workflow)];
    for (const other of others) definitions.set(other.digest, other);
    versions.set(
      digest,
      others.map((other) => other.digest),
    );
  }
  return versions;
}

function readSource(source: Source): Workflow | null {
  const surroundings = { agents: null, workflows: null, digest: digestOf };
  return readWorkflow({ file: `${source.name}.yaml`, text: source.text }, surroundings).workflow;
}
