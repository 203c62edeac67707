import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Note,
  openPolicyCheck,
  type Permit,
  type PolicyTold,
  readNotes,
} from "../../../core/audit/index.ts";
import type { Digest } from "../../../core/id.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import { type AuditVerdict, CHECKPOINTS_ENDING, verifyLog } from "../../audit/index.ts";
import { openData, STATE_FOLDER } from "../../store/index.ts";
import type { Company } from "../company.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { wrongSpeaker } from "../runs/check-told.ts";
import { exportAudit } from "./audit-export.ts";
import { eraseFromList } from "./erased-before.ts";
import { erase, hold } from "./erasing.ts";
import { rotateKey } from "./signing.ts";
import { why } from "./why.ts";

/** Files with checkpoints that were kept elsewhere, as they were read. */
export type OutsideCheckpoints = readonly { readonly file: string; readonly text: string }[];

export type Audited =
  | { readonly verdict: AuditVerdict; readonly policy: PolicyTold; readonly problems?: never }
  | { readonly verdict?: never; readonly problems: readonly Problem[] };

/** `note`: as a witness keeps it. */
export type SignedNow =
  | { readonly size: number; readonly note: string; readonly problems?: never }
  | { readonly size?: never; readonly problems: readonly Problem[] };

type Verbs =
  | "audit"
  | "sign"
  | "rotateKey"
  | "erase"
  | "eraseListed"
  | "hold"
  | "why"
  | "exportAudit";

/** What is said of a company's record, and done to it, as a whole. */
export function auditOf(office: Office): Pick<Company, Verbs> {
  return {
    audit: async ({ checkpoints } = {}) =>
      await audited(office, checkpoints ?? (await ownPlaces(office))),
    sign: () => signedNow(office),
    why: (asked) => why(office, asked),
    exportAudit: (asked) => exportAudit(office, asked),
    erase: (asked) => erase(office, asked),
    eraseListed: (told) => eraseFromList(office, told),
    hold: (told) => hold(office, told),
    rotateKey: (told) => rotated(office, told),
  };
}

/** What the company itself writes outside, where nobody hands in anything. */
async function ownPlaces({ library, folder }: Office): Promise<OutsideCheckpoints> {
  const { audit } = await library.map();
  return audit.flatMap((place) => filesIn(resolve(folder, place)));
}

function filesIn(place: string): OutsideCheckpoints {
  try {
    return readdirSync(place)
      .filter((name) => name.endsWith(CHECKPOINTS_ENDING))
      .toSorted()
      .map((name) => join(place, name))
      .map((file) => ({ file, text: readFileSync(file, "utf8") }));
  } catch {
    // It is not there, or not to be read from here: nothing is compared with it, and that is said.
    return [];
  }
}

async function audited(office: Office, checkpoints: OutsideCheckpoints): Promise<Audited> {
  const outside: { readonly file: string; readonly notes: readonly Note[] }[] = [];
  for (const { file, text } of checkpoints) {
    const notes = readNotes(text, file);
    if ("code" in notes) return { problems: [notes] };
    outside.push({ file, notes });
  }
  try {
    const { log, folder } = office;
    const policy = openPolicyCheck(({ stream, seq, data, sealed }) =>
      openData({ id: `${stream}.${seq}`, data, sealed }, log.keys),
    );
    const verdict = await verifyLog({
      state: join(folder, STATE_FOLDER),
      log,
      outside,
      watch: policy.hear,
      last: () =>
        policy.last({
          isKept: (digest) => isKept(office, digest as Digest),
          permits: (digest, permit, tool) => permits(office, digest as Digest, { ...permit, tool }),
        }),
    });
    return { verdict, policy: policy.told() };
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}

/** What was changed in the store cannot be read. */
function isKept({ log }: Office, digest: Digest): boolean {
  try {
    return log.content(digest) !== null;
  } catch (error) {
    if (error instanceof MusterError) return false;
    throw error;
  }
}

/** null where it is not kept, or of a version of Muster that reads maps otherwise. */
function permits(
  { maps }: Office,
  digest: Digest,
  { rule, version, tool }: Permit & { readonly tool: string },
): boolean | null {
  try {
    const map = maps.byDigest(digest);
    if (map === null) return null;
    const found = map.rules.find(({ id }) => id === rule);
    if (found === undefined || found.digest !== version || found.isShadow) return false;
    return found.follows.kind === "permit" && found.tools?.includes(tool) !== false;
  } catch (error) {
    if (error instanceof MusterError) return null;
    throw error;
  }
}

async function signedNow({ checkpointer, isLooking }: Office): Promise<SignedNow> {
  if (isLooking || checkpointer === null) return { problems: [LOOKING] };
  const note = await checkpointer.sign();
  return note ?? { problems: [NOTHING_SIGNED] };
}

const NOTHING_SIGNED: Problem = {
  code: "not-found",
  message: "Nothing was signed: the log is empty, or it could not be read.",
  mend: "See what is wrong with the log: muster audit verify",
};

async function rotated(
  office: Office,
  { why, by = "library" }: { readonly why: string; readonly by?: string },
): Promise<{ readonly key: string } | { readonly problems: readonly Problem[] }> {
  if (office.isLooking) return { problems: [LOOKING] };
  const wrong = wrongSpeaker(by);
  if (wrong !== null) return { problems: [wrong] };
  try {
    const { verifier } = await rotateKey(office, { by, why });
    return { key: verifier };
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}
