import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Problem } from "../../../core/problem.ts";
import {
  addErasures,
  ERASURES_ENDING,
  ERASURES_FILE,
  type Erased,
  erasuresIn,
} from "../../sealing/index.ts";
import { STATE_FOLDER } from "../../store/index.ts";
import type { Office } from "../office.ts";

/** @returns what went wrong with folders outside; they are given what they lack the next time */
export async function listErased(
  office: Office,
  fresh: readonly Erased[],
): Promise<readonly Problem[]> {
  if (office.checkpointer === null) return [];
  addErasures(ownList(office), fresh);
  const { places, name } = await listsOf(office);
  const problems: Problem[] = [];
  const all = erasuresIn(ownList(office));
  for (const place of places) {
    try {
      addErasures(join(place, name), all);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push({
        code: "io",
        severity: "warning",
        message: `Erasures could not be listed in ${place}: ${why}`,
        mend: "When the folder can be written to again, they are listed there by whoever opens the company.",
      });
    }
  }
  return problems;
}

/** Where erasures are listed outside. */
type Lists = {
  readonly places: readonly string[];
  /** Of the company's own list, outside. */
  readonly name: string;
};

export async function listsOf({ folder, library, log, register }: Office): Promise<Lists> {
  const { audit } = await library.map();
  const origin = register.state().signing?.origin ?? `muster-${log.tenant}`;
  return {
    places: audit.map((place) => resolve(folder, place)),
    name: `${origin.replaceAll(/[^A-Za-z0-9._-]/g, "-")}${ERASURES_ENDING}`,
  };
}

/** Beside the log. */
export function ownList({ folder }: Office): string {
  return join(folder, STATE_FOLDER, ERASURES_FILE);
}

export function listsIn(place: string): readonly string[] {
  try {
    return readdirSync(place)
      .filter((name) => name.endsWith(ERASURES_ENDING))
      .map((name) => join(place, name));
  } catch {
    // It is not there, or not to be read from here.
    return [];
  }
}
