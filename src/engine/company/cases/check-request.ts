import { hash, randomUUID } from "node:crypto";
import type { Request } from "../../../core/cases/index.ts";
import type { Digest, SubjectId } from "../../../core/id.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Trust, WorkMap } from "../../../core/map/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { REQUEST_SOURCES, type RequestSource } from "../../../core/request-source.ts";
import { copyJson } from "../../agents/index.ts";
import { badInput, shown, wrongNames, wrongSpeaker } from "../runs/check-told.ts";

/** A piece of incoming work, as whoever hands it in says it. */
export type RequestGiven = {
  /** Unsaid, by the channel: what staff may write to is staff's, all else a customer's. */
  readonly source?: RequestSource;
  /** Who asks: a customer's id, a person's name. */
  readonly requester: string;
  readonly channel: string;
  readonly text: string;
  /** Ids and values that came beside the text. */
  readonly about?: JsonObject;
  readonly attachments?: readonly { readonly name: string; readonly value: Json }[];
  readonly type?: string;
  /** The same again is once, for thirty days. */
  readonly requestId?: string;
  /** Who hands it in, where it is not the requester. */
  readonly by?: string;
};

export const REQUEST_TEXT_BYTES_MOST = 65_536;
export const REQUEST_ABOUT_BYTES_MOST = 65_536;
export const ATTACHMENTS_MOST = 20;
export const ATTACHMENT_BYTES_MOST: number = 8 * 1024 * 1024;
/** Of the digest of a request's id, or of chance. */
const ID_DIGITS = 24;

type Checked =
  | { readonly problems: readonly Problem[] }
  | {
      /** @param keyOf whose data a request of this requester is about, and how contents of theirs are named */
      readonly from: (
        map: Pick<WorkMap, "intake">,
        keyOf: (requester: string | null) => {
          readonly subject: SubjectId | null;
          readonly digest: (text: string) => Digest;
        },
      ) => {
        readonly request: Request;
        readonly contents: readonly (readonly [Digest, string])[];
        readonly subject: SubjectId | null;
      };
    };

/** A copy of what was given, as the log can hold it; or what of it the log cannot. */
export function checkRequest(given: RequestGiven): Checked {
  const { requester, channel, requestId, by, type } = given;
  const wrong =
    wrongNames({ requester: requester ?? "", channel: channel ?? "", requestId, by, type }) ??
    wrongSpeaker(by) ??
    wrongText(given.text) ??
    wrongSource(given.source);
  if (wrong !== null) return { problems: [wrong] };
  const about = copyJson(given.about ?? {}, "What the request is about", REQUEST_ABOUT_BYTES_MOST);
  if (!about.ok) return { problems: [badInput(about.why)] };
  if (!isObject(about.value))
    return { problems: [badInput("What a request is about is an object: each id by its name.")] };
  const attached = attachmentsOf(given.attachments ?? []);
  if ("code" in attached) return { problems: [attached] };
  const fields = about.value;
  return {
    from: ({ intake }, keyOf) => {
      const trust = trustOf(intake, channel);
      const source = given.source ?? (trust === "staff" ? "staff" : "customer");
      const { subject, digest } = keyOf(source === "customer" ? requester : null);
      const named = attached.map(({ name, text }) => ({ name, text, digest: digest(text) }));
      const attachments = named.map(({ name, text, digest: of }) => {
        return { name, digest: of, bytes: Buffer.byteLength(text) };
      });
      const contents = named.map(({ text, digest: of }) => [of, text] as const);
      const words = { source, requester, channel, trust, text: given.text, about: fields };
      const request = { id: idOf(requestId), ...words, attachments, type: type ?? null };
      return { request, contents, subject };
    },
  };
}

/** A channel that the map does not name is untrusted. */
export function trustOf(intake: WorkMap["intake"], channel: string): Trust {
  return Object.hasOwn(intake, channel) ? (intake[channel] ?? "untrusted") : "untrusted";
}

function idOf(requestId: string | undefined): string {
  const name = requestId === undefined ? randomUUID() : `request ${requestId}`;
  return `rq_${hash("sha256", name).slice(0, ID_DIGITS)}`;
}

function wrongText(text: unknown): Problem | null {
  if (typeof text !== "string" || text.trim() === "")
    return badInput("A request has a text: what is asked, in its own words.");
  const bytes = Buffer.byteLength(text);
  if (bytes <= REQUEST_TEXT_BYTES_MOST) return null;
  return {
    code: "limit",
    message: `The text of a request is ${bytes} bytes; at most ${REQUEST_TEXT_BYTES_MOST} are kept.`,
    mend: "Attach what is long.",
  };
}

function wrongSource(source: unknown): Problem | null {
  if (source === undefined || REQUEST_SOURCES.some((one) => one === source)) return null;
  return badInput(
    `${shown(source)} is no source of requests.`,
    `Sources: ${REQUEST_SOURCES.join(", ")}.`,
  );
}

/** Each as JSON text; it is kept in the store with the request that names it. */
function attachmentsOf(
  given: NonNullable<RequestGiven["attachments"]>,
): Problem | readonly { readonly name: string; readonly text: string }[] {
  if (!Array.isArray(given)) return badInput("Attachments are a list of names with values.");
  if (given.length > ATTACHMENTS_MOST)
    return {
      code: "limit",
      message: `A request has ${given.length} attachments; at most ${ATTACHMENTS_MOST} are kept.`,
      mend: "Attach fewer, or make two requests under the same ids.",
    };
  const attached: { readonly name: string; readonly text: string }[] = [];
  for (const one of given) {
    const wrong = wrongNames({ "the name of an attachment": one?.name ?? "" });
    if (wrong !== null) return wrong;
    const copy = copyJson(one.value, `The attachment ${one.name}`, ATTACHMENT_BYTES_MOST);
    if (!copy.ok) return badInput(copy.why);
    attached.push({ name: one.name, text: JSON.stringify(copy.value) });
  }
  return attached;
}
