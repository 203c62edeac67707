import type { RunId } from "../../core/id.ts";
import { givenAt } from "../../core/machine/index.ts";
import { MusterError } from "../../core/problem.ts";
import { findingsOf } from "../../core/review/index.ts";
import type { Company } from "./company.ts";
import { documentOf, type Source } from "./document.ts";
import type { Office } from "./office.ts";
import { reviewed, seenOf } from "./review.ts";

/** What is written of a company's runs, for people and programs: read off the log, and never kept beside it. */
export function papersOf(
  office: Office,
  company: () => Company,
): Pick<Company, "document" | "review" | "findings"> {
  return {
    document: (run) => documentOf(sourceOf(office, company()), run),
    review: (run) => reviewed(sourceOf(office, company()), run),
    findings: async (run) => findingsOf(await seenOf(sourceOf(office, company()), run)),
  };
}

function sourceOf({ library, log, clock, runtime }: Office, company: Company): Source {
  return {
    ...company,
    now: () => clock.now(),
    content: (digest) => log.content(digest),
    definition: (run) => definitionOf(run, company, { log, library }),
    gathered: (id, path) => {
      const run = runtime.run(id);
      return run === null ? null : givenAt(run, path, (digest) => runtime.read(digest));
    },
  };
}

/** Where the run cannot be folded any more, its first event still names what it was started with. */
function definitionOf(
  run: RunId,
  company: Company,
  { log, library }: Pick<Office, "log" | "library">,
): ReturnType<Company["definition"]> {
  try {
    return company.definition(run);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return firstDefinition(run, { log, library });
  }
}

function firstDefinition(
  run: RunId,
  { log, library }: Pick<Office, "log" | "library">,
): ReturnType<Company["definition"]> {
  try {
    for (const { data } of log.read(run)) return library.byDigest(data["definition"] as never);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
  }
  return null;
}
