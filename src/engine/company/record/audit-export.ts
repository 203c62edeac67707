import { isAbsolute, join } from "node:path";
import { millisecondsOf } from "../../../core/instant.ts";
import type { Problem } from "../../../core/problem.ts";
import { type ExportedBundle, exportBundle } from "../../audit/index.ts";
import { STATE_FOLDER } from "../../store/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { badInput, wrongSpeaker } from "../runs/check-told.ts";
import { around } from "./why.ts";

/** What is given to an auditor. */
export type ExportAsked = {
  /** An absolute path: of a folder that is not there yet, or is empty; or of a file that is not there yet, `….tar.gz`. */
  readonly folder: string;
  /** ISO 8601; from then on, and before then. */
  readonly from?: string;
  readonly to?: string;
  /** A case with its runs, or a run, alone. */
  readonly of?: string;
  /** false: what is sealed for a person stays sealed. */
  readonly opens?: boolean;
  readonly by?: string;
};

export type AuditExported =
  | { readonly bundle: ExportedBundle; readonly problems?: never }
  | { readonly bundle?: never; readonly problems: readonly Problem[] };

/** Writes a bundle that verifies offline. That it was given is an event of the company. */
export async function exportAudit(office: Office, asked: ExportAsked): Promise<AuditExported> {
  const { log, isLooking, checkpointer, register } = office;
  if (isLooking) return { problems: [LOOKING] };
  const { folder, from, to, of, by = "library", opens = true } = asked;
  const wrong = wrongSpeaker(by) ?? wrongIn(asked);
  if (wrong !== null) return { problems: [wrong] };
  try {
    const around_ = of === undefined ? null : await around(office, [of]);
    const streams = around_ && new Set<string>(around_.map(({ stream }) => stream));
    // What is given is signed: all of it stands behind a checkpoint.
    await checkpointer?.sign();
    const bundle = await exportBundle({
      state: join(office.folder, STATE_FOLDER),
      log,
      folder,
      from: instant(from),
      to: instant(to),
      streams,
      query: queryOf(asked),
      opens,
    });
    const { first, last, events } = bundle;
    const what = { from: first, to: last, events, ...(of === undefined ? {} : { of }) };
    await register.tell(by, () => ({ type: "audit.exported", ...what }));
    return { bundle };
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}

function wrongIn({ folder, from, to }: ExportAsked): Problem | null {
  if (!isAbsolute(folder)) return badInput("The folder of an export is an absolute path.");
  for (const one of [from, to])
    if (one !== undefined && instant(one) === null)
      return badInput(`"${one}" is no date.`, "Write 2026-11-20, or 2026-11-20T08:30:00Z.");
  return null;
}

/** A day is its beginning, in UTC. */
function instant(text: string | undefined): string | null {
  if (text === undefined) return null;
  const ms = millisecondsOf(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00.000Z` : text);
  return ms === null ? null : new Date(ms).toISOString();
}

function queryOf({ from, to, of }: ExportAsked): string {
  const parts = [
    of === undefined ? "all streams" : `${of} and what belongs to it`,
    from === undefined ? "from the first event" : `from ${from}`,
    to === undefined ? "to the last" : `before ${to}`,
  ];
  return parts.join(", ");
}
