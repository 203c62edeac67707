import type { Json, JsonObject } from "../../json.ts";
import { DATE_CONVERSIONS } from "./conversions-of-dates.ts";
import { STRUCTURE_CONVERSIONS } from "./conversions-of-structure.ts";
import { SCALAR_CONVERSIONS } from "./conversions-of-text.ts";
import type { TypeKind } from "./type-kind.ts";

/**
 * One row of the table of conversions: what is given, what is wanted, and the rule. Documents are
 * made from it, and every example of every row is a test.
 */
export type Conversion = {
  /** "one" is a single value of any kind. */
  readonly from: "text" | "number" | "one";
  /** "nothing" is null. */
  readonly to: TypeKind | "nothing";
  /** As a sentence, for authors. */
  readonly rule: string;
  readonly examples: readonly Example[];
  readonly applies: (what: Candidate) => boolean;
  /** @param lossy the author allows that something is lost */
  readonly convert: (
    value: Json,
    lossy: boolean,
  ) => { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly why: string };
};

/** The type as an author writes it, a text or a schema. */
export type Example = { readonly given: Json; readonly type: string | JsonObject } & (
  | { readonly gives: Json }
  | { readonly refused: string }
);

type Candidate = {
  readonly value: Json;
  readonly kind: TypeKind;
  readonly schema: JsonObject;
  /** Of a list: the kind of its items. */
  readonly items: TypeKind | null;
};

/** The first row that applies is the one. */
export const CONVERSIONS: readonly Conversion[] = [
  ...STRUCTURE_CONVERSIONS,
  ...SCALAR_CONVERSIONS,
  ...DATE_CONVERSIONS,
];

/** The table as documents show it. */
export const conversionTable: readonly {
  readonly from: string;
  readonly to: string;
  readonly rule: string;
  readonly examples: readonly Example[];
}[] = CONVERSIONS.map(({ from, to, rule, examples }) => ({ from, to, rule, examples }));
