import { createHash, randomBytes } from "node:crypto";
import { parseSubjectId, type SubjectId } from "../../core/id.ts";
import { KEY_BYTES, keyedDigest, lock, unlock } from "./cipher.ts";
import type { Erasure, Keyring } from "./keyring.ts";

type Kept = {
  readonly at: number;
  key: Buffer | null;
  hold: string | null;
  erased: Erasure | null;
  isDone: boolean;
};

/** A keyring in memory, by the same contract: for tests and simulation. */
export function openMemoryKeyring(): Keyring {
  const all = new Map<SubjectId, Kept>();
  const names = new Map<string, Set<SubjectId>>();
  const keyOf = (subject: SubjectId): Buffer => all.get(subject)?.key ?? randomBytes(KEY_BYTES);
  const alias = (subject: SubjectId, name: string): void => {
    names.set(name, (names.get(name) ?? new Set()).add(subject));
  };
  const find = (nameOrId: string): readonly SubjectId[] => {
    const id = parseSubjectId(nameOrId);
    return id !== null && all.has(id) ? [id] : [...(names.get(nameOrId) ?? [])].toSorted();
  };
  return {
    alias,
    find,
    subject(name, at) {
      const [before] = find(name);
      if (before !== undefined) return before;
      // The same in each repeated world of a simulation.
      const hex = createHash("sha256").update(`${all.size} ${name}`).digest("hex");
      const id = `subj_${hex.slice(0, 32)}` as SubjectId;
      all.set(id, { at, key: randomBytes(KEY_BYTES), hold: null, erased: null, isDone: false });
      alias(id, name);
      return id;
    },
    seal: (subject, place, text) => lock(keyOf(subject), text, place),
    open: (subject, place, locked) => {
      const key = all.get(subject)?.key ?? null;
      return key === null ? null : (unlock(key, locked, place)?.toString("utf8") ?? null);
    },
    digest: (subject, text) => keyedDigest(keyOf(subject), text),
    of(id) {
      const kept = all.get(id);
      return kept === undefined ? null : { id, at: kept.at, hold: kept.hold, erased: kept.erased };
    },
    hold(subject, why) {
      const kept = all.get(subject);
      if (kept !== undefined) kept.hold = why;
    },
    ...erasing(all, names),
    close: () => undefined,
  };
}

function erasing(
  all: ReadonlyMap<SubjectId, Kept>,
  names: ReadonlyMap<string, Set<SubjectId>>,
): Pick<Keyring, "destroy" | "unfinished" | "finished"> {
  return {
    destroy(subjects, erasure) {
      for (const subject of subjects) {
        const kept = all.get(subject);
        if (kept === undefined) continue;
        kept.key = null;
        kept.erased ??= erasure;
        for (const known of names.values()) known.delete(subject);
      }
    },
    unfinished: () =>
      [...all].flatMap(([id, { erased, isDone }]) =>
        erased === null || isDone ? [] : [{ ...erased, subjects: [id] }],
      ),
    finished(subjects) {
      for (const subject of subjects) {
        const kept = all.get(subject);
        if (kept !== undefined) kept.isDone = true;
      }
    },
  };
}
