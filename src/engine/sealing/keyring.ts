import type { Digest, SubjectId } from "../../core/id.ts";

/**
 * The keys of the people whose data stand in a log: one for each subject, apart from the log. What is
 * sealed with a key is open to whoever has the keyring, and to nobody once the key is destroyed.
 */
export interface Keyring {
  /** The subject of this name, with a key made at the first time. The name itself is not kept. */
  subject(name: string, at: number): SubjectId;
  /** Another name by which the subject is found: a customer who is known only later. */
  alias(subject: SubjectId, name: string): void;
  /** Every subject of this name, or the one of this id; erased ones are found by their id alone. */
  find(nameOrId: string): readonly SubjectId[];
  /** @param place where it stands; without its key a text is sealed so that nobody ever opens it */
  seal(subject: SubjectId, place: string, text: string): Locked;
  /** Null where the key is destroyed or not there, or what is locked was changed. */
  open(subject: SubjectId, place: string, locked: Locked): string | null;
  /** The name of a content of this subject: HMAC, so that who guesses the text cannot tell. */
  digest(subject: SubjectId, text: string): Digest;
  /** What is known of a subject; null where there is no such. */
  of(subject: SubjectId): SubjectKept | null;
  /** A legal hold: while it stands the key is not destroyed. Null lets go. */
  hold(subject: SubjectId, why: string | null): void;
  /** Destroys keys, for good, and notes that what was made of them is still to be deleted. */
  destroy(subjects: readonly SubjectId[], erasure: Erasure): void;
  /** Erasures that were begun and not ended, after a crash. */
  unfinished(): readonly (Erasure & { readonly subjects: readonly SubjectId[] })[];
  /** All that was made of them is deleted. */
  finished(subjects: readonly SubjectId[]): void;
  close(): void;
}

export type Erasure = { readonly why: string; readonly by: string; readonly at: number };

export type SubjectKept = {
  readonly id: SubjectId;
  readonly at: number;
  readonly hold: string | null;
  readonly erased: Erasure | null;
};

/** A text that only the key opens, in base64; `ct` ends with the tag that shows it was not changed. */
export type Locked = { readonly iv: string; readonly ct: string };
