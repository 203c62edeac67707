import { isDate, parseTimestamp } from "../../expression/index.ts";

export type Format = "date" | "date-time" | "uri" | "uuid" | "email" | "path" | "money";

const URL_CHARACTERS_MOST = 8_192;
const EMAIL_CHARACTERS_MOST = 320;

/** Texts with a form of their own, by the `format` of their JSON Schema. */
export const FORMATS: Readonly<Record<Format, (text: string) => boolean>> = {
  date: isDate,
  "date-time": (text: string): boolean => parseTimestamp(text) !== null && !isDate(text),
  uri: (text: string): boolean =>
    text.length <= URL_CHARACTERS_MOST && /^[a-z][a-z0-9+.-]*:\/\/[^\s<>"{}|\\^`]+$/i.test(text),
  uuid: (text: string): boolean =>
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text),
  email: (text: string): boolean =>
    text.length <= EMAIL_CHARACTERS_MOST &&
    /^[^\s@<>,;]+@[^\s@<>,;.]+(?:\.[^\s@<>,;.]+)+$/.test(text),
  path: (text: string): boolean => text !== "" && !text.includes("\u0000"),
  money: (text: string): boolean => /^[A-Z]{3} -?\d+(?:\.\d+)?$/.test(text),
};

export function isFormat(name: unknown): name is Format {
  return typeof name === "string" && Object.hasOwn(FORMATS, name);
}
