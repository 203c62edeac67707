import { type Digest, parseDigest } from "./id.ts";
import { isObject, type Json } from "./json.ts";

/** A file as a value of a run: the digest of its bytes, which are kept beside the log. */
export type FileValue = {
  readonly file: Digest;
  readonly name: string;
  readonly bytes: number;
};

/** As a file stands in a run, or null where this is none. */
export function fileIn(value: Json | undefined): FileValue | null {
  if (!isObject(value)) return null;
  const { file, name, bytes } = value;
  if (typeof file !== "string" || typeof name !== "string" || typeof bytes !== "number")
    return null;
  const digest = parseDigest(file);
  return digest === null ? null : { file: digest, name, bytes };
}
