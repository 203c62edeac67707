import type { Digest, StreamId } from "../id.ts";
import { millisecondsOf } from "../instant.ts";
import type { JsonObject } from "../json.ts";
import { MusterError } from "../problem.ts";

/**
 * The form of an event in the log, from the first day. `seq` and `prev` are per stream, `position`
 * per tenant. `hash` = SHA-256(0x00 ‖ canonical JSON of everything but `hash` and `position`), over
 * sealed fields as they are sealed, so that erasing a subject's key leaves the log verifiable.
 */
export type Envelope = {
  readonly v: 1;
  /** `<stream>.<seq>`. */
  readonly id: string;
  readonly tenant: string;
  readonly stream: StreamId;
  readonly seq: number;
  /** In the order of commits; not hashed, a store may number anew on import. */
  readonly position: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly type: string;
  /** The path of the step, or "" when the event is the run's own. */
  readonly step: string;
  readonly actor: Actor;
  /** The id of the signal that caused it, where that signal must not count twice; else "". */
  readonly cause: string;
  readonly data: JsonObject;
  readonly sealed: readonly Sealed[];
  /** Of the event before in this stream; of nothing for the first: `sha256:` and 64 zeros. */
  readonly prev: Digest;
  readonly hash: Digest;
};

export type Actor = { readonly kind: "human" | "agent" | "system"; readonly id: string };

/** A field encrypted for one data subject; erased by destroying the subject's key. */
export type Sealed = {
  readonly subject: string;
  readonly path: string;
  readonly iv: string;
  readonly ct: string;
};

/**
 * When the event of an envelope was.
 *
 * @param isKnown whether this version knows its type
 * @throws MusterError "newer-version" for a type it does not know, "corrupt" for a time that is none
 */
export function atOf({ id, at: text, type }: Envelope, isKnown: boolean): number {
  const at = millisecondsOf(text);
  if (at === null)
    throw new MusterError({
      code: "corrupt",
      message: `Event ${id} says "${text}" where its time should be.`,
      mend: "Restore the log from a copy.",
    });
  if (!isKnown)
    throw new MusterError({
      code: "newer-version",
      message: `Event ${id} is a "${type}", which this version of Muster does not know.`,
      mend: "Open the folder with the version of Muster that wrote it, or a newer one.",
    });
  return at;
}
