import type { Place, Problem, ProblemCode } from "../../problem.ts";
import type { ModulePlaces } from "../agents/module-place.ts";
import type { ValuePath } from "./place.ts";
import type { Source } from "./source.ts";

/** A problem before its place is looked up. */
export type Fault = {
  readonly code: ProblemCode;
  readonly message: string;
  readonly mend?: string;
  readonly severity?: "error" | "warning";
  readonly path: ValuePath;
  /** It is the key that is wrong, not its value. */
  readonly key?: boolean;
  /** A character of the text at the path. */
  readonly offset?: number;
};

/** Gathers every problem of one file, each at its place. */
export type Report = {
  readonly add: (fault: Fault) => void;
  /** Says it the first time only: what is true of a name need not be said at each of its uses. */
  readonly addOnce: (about: string, fault: Fault) => void;
};

/** Where values stand that are not of the file itself: the nearest of a path and what is around it. */
export type Over = {
  readonly put: (path: ValuePath, place: Place) => void;
  readonly at: (path: ValuePath) => Place | null;
};

export function openOver(): Over {
  const places = new Map<string, Place>();
  return {
    put: (path, place) => {
      places.set(JSON.stringify(path), place);
    },
    at: (path) => {
      if (places.size === 0) return null;
      for (let length = path.length; length > 0; length -= 1) {
        const found = places.get(JSON.stringify(path.slice(0, length)));
        if (found !== undefined) return found;
      }
      return null;
    },
  };
}

/** Of what stands in no file, such as a setting of one run. */
export function nowhere(name: string): Place {
  return { file: name, line: 0, column: 0 };
}

/** More are not kept: nobody reads them, and the first show where to begin. */
export const PROBLEMS_MOST = 500;

/**
 * Places are lines of the file. For a definition that a module made, problems name the path to the
 * value as well, since its line is found only where it is sure.
 */
export function openReport(
  source: Source,
  options: {
    readonly into: Problem[];
    readonly module: ModulePlaces | null;
    /** Values that stand elsewhere. */
    readonly over?: Over;
  },
): Report {
  const { into, module, over } = options;
  const said = new Set<string>();
  const told = new Set<string>();
  // An alias is read where it stands and where it is used: what is wrong in it is wrong once.
  const addHere = (problem: Problem & { readonly where: Place }): void => {
    const once = `${problem.where.line}:${problem.where.column} ${problem.message}`;
    if (!told.has(once)) into.push(problem);
    told.add(once);
  };
  const add = (fault: Fault): void => {
    if (into.length > PROBLEMS_MOST) return;
    if (into.length === PROBLEMS_MOST) {
      into.push(tooMany(module ?? source.placeOf));
      return;
    }
    const { path, key, offset, message, ...rest } = fault;
    const elsewhere = over?.at(path) ?? null;
    if (elsewhere !== null) {
      const isNowhere = elsewhere.line === 0;
      into.push({
        ...rest,
        message: isNowhere ? `${elsewhere.file}: ${message}` : message,
        ...(isNowhere ? {} : { where: elsewhere }),
      });
      return;
    }
    const placeOf = module ?? source.placeOf;
    const where = placeOf(path, { ...(key ? { key } : {}), ...(offset ? { offset } : {}) });
    const about = module !== null && path.length > 0 ? `${shownPath(path)}: ` : "";
    addHere({ ...rest, message: about + message, where });
  };
  return {
    add,
    addOnce: (about, fault) => {
      if (said.has(about)) return;
      said.add(about);
      add(fault);
    },
  };
}

/** Errors and warnings in the order of the file. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (one, other) =>
      (one.where?.line ?? 0) - (other.where?.line ?? 0) ||
      (one.where?.column ?? 0) - (other.where?.column ?? 0),
  );
}

/** `steps[0].retry.max_attempts` */
export function shownPath(path: ValuePath): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join("");
}

function tooMany(placeOf: ModulePlaces): Problem {
  return {
    code: "limit",
    message: `There are more than ${PROBLEMS_MOST} problems; the rest is not listed.`,
    mend: "Mend these first.",
    where: placeOf([], {}),
  };
}
