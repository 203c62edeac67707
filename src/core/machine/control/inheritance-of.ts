import type { Block, Choose, Each, Repeat, Step } from "../../definition/index.ts";
import type { Path } from "../event.ts";
import type { Frame } from "../run.ts";
import { parentPath } from "../steps/step.ts";
import { childPath } from "../steps/work.ts";
import { get } from "../tables/table.ts";
import { beyondIn } from "./beyond.ts";
import { holdsOthers, type Inheritance, type Inherited } from "./inheritance.ts";
import type { Past } from "./past.ts";

/**
 * What a fork takes over. A step that ended well stays as it is; one that failed, was cancelled or had
 * not ended begins anew; one that may have done something meanwhile waits for a person. What holds steps goes on
 * where something in it stays, and begins anew where nothing does.
 *
 * @param retryFailed steps that were degraded, and items whose failure was tolerated, are tried again
 */
export function inheritanceOf(
  past: Past,
  retryFailed: boolean,
): { readonly inheritance: Inheritance; readonly stays: (path: Path) => boolean } {
  const keeping: Keeping = {
    past,
    retryFailed,
    troubled: retryFailed ? troubledIn(past) : NONE,
    kept: [],
    whole: new Set(),
  };
  const { root } = past.run.workflow;
  if (keep(keeping, root, "") === "none") keeping.kept.push({ path: "", state: "live" });
  const lost = [...past.lines.values()].filter(
    (line) => line.state === "degraded" && !isKept(keeping, line.path),
  );
  const degraded = past.run.degraded - lost.length;
  return {
    inheritance: { v: 1, degraded, steps: keeping.kept },
    stays: (path) => isKept(keeping, path),
  };
}

type Keeping = {
  readonly past: Past;
  readonly retryFailed: boolean;
  /** Steps that failed or were degraded, and all that hold them. */
  readonly troubled: ReadonlySet<Path>;
  readonly kept: Inherited[];
  /** Steps that ended and stay. */
  readonly whole: Set<Path>;
};

/** none: it begins anew. */
type Kept = "none" | "live" | "ended";

const NONE: ReadonlySet<Path> = new Set();
const NO_SLOTS: ReadonlySet<number> = new Set();

function troubledIn({ lines }: Past): ReadonlySet<Path> {
  const troubled = new Set<Path>();
  for (const { path, state } of lines.values()) {
    if (state !== "failed" && state !== "degraded") continue;
    for (let at = path; !troubled.has(at); at = parentPath(at)) troubled.add(at);
  }
  return troubled;
}

function isKept({ whole }: Keeping, path: Path): boolean {
  for (let at = path; at !== ""; at = parentPath(at)) if (whole.has(at)) return true;
  return whole.has("");
}

function keep(keeping: Keeping, step: Step, path: Path): Kept {
  const line = lineAt(keeping, path);
  if (line === undefined) return "none";
  const isWell = isKeptAs(keeping, line);
  const doubt = keeping.past.doubts.get(path);
  if (doubt !== undefined && !isWell) {
    keeping.kept.push(doubt);
    return "live";
  }
  if (!holdsOthers(step)) return isWell ? keepWhole(keeping, step, line) : "none";
  const isWhole = isWell && path !== "" && !keeping.troubled.has(path);
  return isWhole ? keepWhole(keeping, step, line) : keepParts(keeping, step, line);
}

function isKeptAs({ retryFailed }: Keeping, { state }: Inherited): boolean {
  return state === "completed" || state === "skipped" || (state === "degraded" && !retryFailed);
}

/** A root is live for as long as its run is; it has no line of its own. */
function lineAt({ past }: Keeping, path: Path): Inherited | undefined {
  return path === "" ? { path, state: "live" } : past.lines.get(path);
}

function keepWhole(keeping: Keeping, step: Step, line: Inherited): "ended" {
  keeping.whole.add(line.path);
  keepInside(keeping, step, line);
  return "ended";
}

/** With what it holds, as far as others may read it: the inside of items and rounds is theirs alone. */
function keepInside(keeping: Keeping, step: Step, line: Inherited): void {
  keeping.kept.push(line);
  const inside = (child: Step, at: number): void => {
    const below = keeping.past.lines.get(pathBelow(step, line.path, { child, at }));
    if (below === undefined) return;
    if (step.kind === "each") keeping.kept.push(below);
    else keepInside(keeping, child, below);
  };
  if (step.kind === "block") for (const child of step.steps) inside(child, child.slot);
  if (step.kind === "choose")
    for (const { step: child } of step.branches) inside(child, child.slot);
  if (step.kind === "each") for (let at = 0; at < (line.count ?? 0); at++) inside(step.body, at);
}

function pathBelow(
  step: Step,
  path: Path,
  of: { readonly child: Step; readonly at: number },
): Path {
  return childPath({ kind: step.kind, path } as Frame, of.child, of.at);
}

function keepParts(keeping: Keeping, step: Block | Each | Choose | Repeat, line: Inherited): Kept {
  const mark = keeping.kept.length;
  const live = liveLine(line);
  keeping.kept.push(live);
  const goesOn = partsOf(keeping, step, line);
  if (goesOn === null) {
    keeping.kept.length = mark;
    return "none";
  }
  keeping.kept[mark] = { ...live, ...goesOn };
  return "live";
}

function liveLine({ path, count, branch }: Inherited): Inherited {
  return {
    path,
    state: "live",
    ...(count === undefined ? {} : { count }),
    ...(branch === undefined ? {} : { branch }),
  };
}

/** What its line says more; null where nothing of it stays. */
function partsOf(
  keeping: Keeping,
  step: Block | Each | Choose | Repeat,
  line: Inherited,
): Partial<Inherited> | null {
  switch (step.kind) {
    case "block":
      return stepsOfBlock(keeping, step, line.path);
    case "each":
      return itemsOf(keeping, step, line) ? {} : null;
    case "choose": {
      const child = step.branches[line.branch ?? -1]?.step;
      if (child === undefined) return null;
      const path = pathBelow(step, line.path, { child, at: child.slot });
      return keep(keeping, child, path) === "none" ? null : {};
    }
    case "repeat":
      return roundsOf(keeping, step, line);
  }
}

/** @returns null where none stays */
function stepsOfBlock(keeping: Keeping, block: Block, path: Path): Partial<Inherited> | null {
  const asked = block.steps.map((child) => partOf(keeping, block, { child, path }));
  const before = keeping.retryFailed ? beforeWhatGoesOn(block, asked) : NO_SLOTS;
  const asEnded = { ...keeping, retryFailed: false, troubled: NONE };
  const parts = asked.map((part, slot) => {
    const child = before.has(slot) ? block.steps[slot] : undefined;
    return child === undefined ? part : partOf(asEnded, block, { child, path });
  });
  for (const { lines } of parts) for (const line of lines) keeping.kept.push(line);
  if (parts.every(({ kept }) => kept === "none")) return null;
  const beyond = beyondIn(block, {
    hasEnded: (slot) => parts[slot]?.kept === "ended",
    isAhead: (slot) => parts[slot]?.kept === "none",
  });
  return beyond.length === 0 ? {} : { beyond };
}

type Part = { readonly kept: Kept; readonly lines: readonly Inherited[] };

function partOf(
  keeping: Keeping,
  block: Block,
  { child, path }: { readonly child: Step; readonly path: Path },
): Part {
  const mark = keeping.kept.length;
  const kept = keep(keeping, child, pathBelow(block, path, { child, at: child.slot }));
  return { kept, lines: keeping.kept.splice(mark) };
}

/**
 * What has begun and goes on rests on how the steps before it ended: they stay so. Tried again, they would
 * give what it needs after it was done.
 */
function beforeWhatGoesOn(block: Block, parts: readonly Part[]): ReadonlySet<number> {
  const before = new Set<number>();
  const left = block.steps.filter(({ slot }) => parts[slot]?.kept === "live");
  for (let step = left.pop(); step !== undefined; step = left.pop()) {
    for (const slot of step.after) {
      const earlier = block.steps[slot];
      if (earlier === undefined || before.has(slot)) continue;
      before.add(slot);
      left.push(earlier);
    }
  }
  return before;
}

/** An item that failed stays failed while its step goes on with it. @returns whether any stays */
function itemsOf(keeping: Keeping, step: Each, line: Inherited): boolean {
  const { past, retryFailed } = keeping;
  const isFailing =
    line.state === "failed" || get(past.run.frames, line.path)?.stopping?.outcome === "failed";
  let stays = false;
  for (let at = 0; at < (line.count ?? 0); at++) {
    const path = pathBelow(step, line.path, { child: step.body, at });
    const item = past.lines.get(path);
    if (item?.state === "failed" && !isFailing && !retryFailed) {
      keeping.kept.push(item);
      keeping.whole.add(path);
      stays = true;
    } else if (keep(keeping, step.body, path) !== "none") stays = true;
  }
  return stays;
}

/** The latest round goes on; where nothing of it stays, it begins anew, after those before it. */
function roundsOf(keeping: Keeping, step: Repeat, line: Inherited): Partial<Inherited> | null {
  const latest = line.round ?? 0;
  const pathOf = (at: number): Path => pathBelow(step, line.path, { child: step.body, at });
  const mark = keeping.kept.length;
  const kept = latest === 0 ? "none" : keep(keeping, step.body, pathOf(latest));
  // All its rounds ended well and it did not: to go on there would only be to fail again.
  const isOver = line.state === "failed" || line.state === "degraded";
  if (kept === "ended" && isOver) return null;
  const round = kept === "none" ? latest - 1 : latest;
  if (round < 1) return null;
  const before: Inherited[] = [];
  for (let at = 1; at <= (kept === "none" ? round : round - 1); at++) {
    const path = pathOf(at);
    const { state = "completed", work } = keeping.past.lines.get(path) ?? {};
    keeping.whole.add(path);
    before.push({ path, state, ...(work === undefined ? {} : { work }) });
  }
  keeping.kept.splice(mark, 0, ...before);
  return { round };
}
