import { z } from "zod";
import type { Json, JsonObject } from "../../json.ts";
import { BYTES_PATTERN } from "../types/bytes.ts";
import { DURATION_PATTERN } from "../types/duration.ts";

/**
 * The keys of a map, each with its schema; as many as the type has, no more and no fewer. The
 * `error` of every schema here is the noun that a message needs: "timeout wants a duration".
 */
export type Keys<Source> = {
  readonly [Key in keyof Source]-?: z.ZodType<Exclude<Source[Key], undefined>>;
};

/** A map with these keys only. */
export function closed<Source>(
  keys: Keys<Source>,
  required: readonly (keyof Source & string)[] = [],
): z.ZodType<Source> {
  const fields: Record<string, z.ZodType> = {};
  for (const [key, shape] of Object.entries<z.ZodType>(keys)) {
    fields[key] = required.some((name) => name === key) ? shape : shape.optional();
  }
  const shape: z.ZodType = z.strictObject(fields, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? Object.keys(fields).join(KEY_SEPARATOR) : "a map",
  });
  return shape as z.ZodType<Source>;
}

/** Between the allowed keys in the message of an unknown key. */
export const KEY_SEPARATOR = "\n";

export const CONCURRENCY_MOST = 20;
const TEXT_CHARACTERS_MOST = 20_000;

/** One line that is not empty. */
export function word(what: string): z.ZodType<string> {
  const said = `${what}, on one line of at most ${WORD_CHARACTERS_MOST} characters`;
  return z.string({ error: what }).regex(WORD, { error: said });
}

const WORD_CHARACTERS_MOST = 200;
const WORD = /^(?=[^\n]*\S)[^\n]{1,200}$/;

export function longText(): z.ZodType<string> {
  const most = `a text of at most ${TEXT_CHARACTERS_MOST} characters`;
  return z.string({ error: "a text" }).max(TEXT_CHARACTERS_MOST, { error: most });
}

export function truth(): z.ZodType<boolean> {
  return z.boolean({ error: "true or false" });
}

export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word> {
  return z.enum(words, { error: `one of ${words.join(", ")}` });
}

export function whole(least: number, most: number): z.ZodType<number> {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** So many of something that can be halved. */
export function share(least: number, most: number): z.ZodType<number> {
  const error = `a number from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

export function duration(): z.ZodType<string | number> {
  const error = "a duration such as 30s, 5m, 2 hours or 1h30m (a bare number is seconds)";
  return z.union(
    [z.number({ error }).min(0, { error }), z.string({ error }).regex(DURATION_PATTERN, { error })],
    { error },
  );
}

export function size(): z.ZodType<string | number> {
  const error = "a size such as 512MB or 4GB (a bare number is bytes)";
  return z.union(
    [z.int({ error }).min(0, { error }), z.string({ error }).regex(BYTES_PATTERN, { error })],
    { error },
  );
}

/** An id as people write it: a number is its digits. */
export function id(): z.ZodType<string | number> {
  const error = `an id: letters, digits, "_" and "-", beginning with a letter or digit, at most 64`;
  return z.union([z.int({ error }).min(0, { error }), z.string({ error }).regex(ID, { error })], {
    error,
  });
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export function either<Shape extends z.ZodType>(
  shapes: readonly Shape[],
  error: string,
): z.ZodType<z.output<Shape>> {
  return z.union(shapes, { error });
}

export function listOf<Item>(item: z.ZodType<Item>, error: string): z.ZodType<readonly Item[]> {
  return z.array(item, { error });
}

/** One, or a list of them. */
export function some<Item>(
  item: z.ZodType<Item>,
  error: string,
): z.ZodType<Item | readonly Item[]> {
  return either([item, listOf(item, error)], error);
}

/** A map from names to values of one shape. */
export function named<Value>(
  value: z.ZodType<Value>,
  error: string,
): z.ZodType<{ readonly [name: string]: Value }> {
  return z.record(z.string(), value, { error });
}

/** Any value; it is checked elsewhere, or by nobody. */
export function anything(): z.ZodType<Json> {
  const shape: z.ZodType = z.unknown();
  return shape as z.ZodType<Json>;
}

export function anyMap(error: string): z.ZodType<JsonObject> {
  return named(anything(), error);
}
