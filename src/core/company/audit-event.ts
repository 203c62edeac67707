/** What happens to the record of a company itself: its keys, what was given to auditors, what was erased. */
export type AuditBody =
  /** The key that signs checkpoints from here on; `key` is what verifies them. `origin` names the log. */
  | { readonly type: "key.created"; readonly key: string; readonly origin: string }
  | { readonly type: "key.rotated"; readonly key: string; readonly why: string }
  /** Events were given out, from one position to another; of one case or run alone where it is named. */
  | {
      readonly type: "audit.exported";
      readonly from: number;
      readonly to: number;
      readonly events: number;
      readonly of?: string;
    }
  /** While it stands what is kept of these subjects is not erased, for this reason; and from when on it may be. */
  | {
      readonly type: "subject.held";
      readonly subjects: readonly string[];
      readonly why: string;
    }
  | { readonly type: "subject.released"; readonly subjects: readonly string[] }
  /** The keys of these subjects are destroyed, and what was made of their data is deleted. */
  | {
      readonly type: "erasure.done";
      readonly subjects: readonly string[];
      readonly why: string;
      readonly streams: number;
      readonly contents: number;
      readonly files: number;
    };

export const AUDIT_TYPES: Readonly<Record<AuditBody["type"], true>> = {
  "key.created": true,
  "key.rotated": true,
  "audit.exported": true,
  "subject.held": true,
  "subject.released": true,
  "erasure.done": true,
};

/** What verifies checkpoints, oldest first, and what the log is called; of a log that was never signed neither. */
export type SigningKeys = { readonly origin: string; readonly keys: readonly string[] };

/** Subjects whose erasure is done. */
export function evolveErased(
  erased: readonly string[] | undefined,
  event: AuditBody,
): readonly string[] | undefined {
  return event.type === "erasure.done" ? [...(erased ?? []), ...event.subjects] : erased;
}

export function isAuditEvent<Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, AuditBody> {
  return Object.hasOwn(AUDIT_TYPES, event.type);
}

export function evolveKeys(
  keys: SigningKeys | undefined,
  event: AuditBody,
): SigningKeys | undefined {
  if (event.type === "key.created") return { origin: event.origin, keys: [event.key] };
  if (event.type !== "key.rotated" || keys === undefined) return keys;
  return { ...keys, keys: [...keys.keys, event.key] };
}
