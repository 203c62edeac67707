import {
  canonical,
  contentPaths,
  type Envelope,
  ERASED,
  erasedOf,
  filled,
  hollowed,
  marksOf,
  type Sealed,
  valueAt,
} from "../../../core/audit/index.ts";
import { parseSubjectId, type StreamId, type SubjectId } from "../../../core/id.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Keyring } from "../../sealing/index.ts";
import type { NewStanding } from "../log.ts";

/**
 * The one place where what is written of a subject is sealed, and opened again when it is read. A
 * stream is a subject's when the data of its first event say so: `subject: "subj_…"`. From then on the
 * contents of its events, its values kept by digest, its snapshots and the line about it in the list
 * are sealed with the subject's key; everybody who reads the log is given them opened, or told that
 * they are erased.
 */
export function subjectIn(data: JsonObject | string | undefined): SubjectId | null {
  if (data === undefined) return null;
  if (typeof data === "string" && !data.includes('"subject":"subj_')) return null;
  const { subject } = typeof data === "string" ? (JSON.parse(data) as JsonObject) : data;
  return typeof subject === "string" ? parseSubjectId(subject) : null;
}

/** An event's data as canonical text without its contents, and those sealed. */
export type SealedData = { readonly data: string; readonly sealed: readonly Sealed[] };

type Place = { readonly id: string; readonly type: string; readonly subject: SubjectId };

export function sealData(
  given: JsonObject | string,
  { id, type, subject }: Place,
  keys: Keyring,
): SealedData {
  const data = typeof given === "string" ? (JSON.parse(given) as JsonObject) : given;
  const paths = contentPaths(type, data);
  const sealed = paths.map((path): Sealed => {
    const text = JSON.stringify(valueAt(data, path));
    return { subject, path, ...keys.seal(subject, id + path, text) };
  });
  const marks = marksOf(type, data, (name) => markOf(keys.digest(subject, name)));
  const hollow = hollowed(data, paths);
  return { data: canonical(marks.length === 0 ? hollow : { ...hollow, marks }), sealed };
}

/** Enough of it to tell people of one run apart. */
function markOf(digest: string): string {
  return `mark:${digest.slice("sha256:".length, "sha256:".length + 32)}`;
}

/** The same event with what is sealed opened; what nobody can open any more is shown as erased. */
export function openEvent(event: Envelope, keys: Keyring): Envelope {
  return { ...event, data: openData(event, keys) };
}

export function openData(
  { id, data: closed, sealed }: Pick<Envelope, "id" | "data" | "sealed">,
  keys: Keyring,
): JsonObject {
  let data = closed;
  for (const { subject, path, iv, ct } of sealed) {
    const text = keys.open(subject as SubjectId, id + path, { iv, ct });
    const value = text === null ? erasedOf(valueAt(data, path)) : (JSON.parse(text) as Json);
    data = filled(data, path, value);
  }
  return data;
}

/** What stands beside the events: contents, snapshots, a line in the list. */
export function sealText(text: string, { place, subject }: Beside, keys: Keyring): string {
  const { iv, ct } = keys.seal(subject, place, text);
  return JSON.stringify({ sealed: subject, iv, ct });
}

type Beside = { readonly place: string; readonly subject: SubjectId };

/** @returns the text as it is where it is not sealed; null where nobody can open it any more */
export function openText(text: string, place: string, keys: Keyring): string | null {
  if (!text.startsWith('{"sealed":"subj_')) return text;
  const { sealed, iv, ct } = JSON.parse(text) as Record<string, Json>;
  if (typeof sealed !== "string" || typeof iv !== "string" || typeof ct !== "string") return text;
  const subject = parseSubjectId(sealed);
  return subject === null ? text : keys.open(subject, place, { iv, ct });
}

/** In the place of a content that was erased. */
export const ERASED_CONTENT: string = JSON.stringify(ERASED);

export const snapshotPlace = (stream: string): string => `${stream} snapshot`;

/** Why a run waits or failed may tell of its subject. */
export function closedStanding(
  standing: NewStanding | null,
  { stream, subject }: { readonly stream: StreamId; readonly subject: SubjectId | null },
  keys: Keyring,
): NewStanding | null {
  if (standing === null || subject === null || standing.note === "") return standing;
  return {
    ...standing,
    note: sealText(standing.note, { place: notePlace(stream), subject }, keys),
  };
}

export function openedNote(note: string, stream: StreamId, keys: Keyring): string {
  return openText(note, notePlace(stream), keys) ?? ERASED;
}

const notePlace = (stream: StreamId): string => `${stream} note`;

/** Whether a text is what `sealText` made: then its digest is not of it. */
export function isSealedText(text: string): boolean {
  if (!text.startsWith('{"sealed":"subj_')) return false;
  const value = JSON.parse(text) as Json;
  return isObject(value) && Object.keys(value).length === 3 && "ct" in value;
}
