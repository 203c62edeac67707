import type { Json } from "../json.ts";
import { ownOf } from "../own.ts";

/**
 * What the deciders see before they decide: one screen. A part that is empty is named as empty, never left
 * out. Whoever opens a gate gives the parts it knows; `mergeEvidence` puts them together.
 */
export type Evidence = {
  /** The request in its own words. It comes from outside: it is shown as text and never believed. */
  readonly request: RequestShown | null;
  /** What would be done, in one sentence; "" is: the question of the gate says it. */
  readonly action: string;
  /** What would be written, before and after; null: nothing is written, or nobody looked. */
  readonly difference: Difference | null;
  /** Ways out that were prepared, each with what follows from it. */
  readonly options: readonly { readonly name: string; readonly consequence: string }[];
  /** Rules that ask for this, in words, with their values: "amount was HKD 640.50, limit 500". */
  readonly rules: readonly RuleShown[];
  /** What it rests on, and how old that is. */
  readonly data: readonly DataShown[];
  /** What rules could not read. */
  readonly missing: readonly string[];
  /** Earlier cases of the kind. */
  readonly history: readonly { readonly at: number; readonly what: string; readonly ref: string }[];
  /** Places that anybody may have written to, and that this rests on. */
  readonly taint: readonly string[];
  /** What a model thinks of it. It is shown, and never counts. */
  readonly advice: readonly { readonly by: string; readonly says: string; readonly why: string }[];
};

export type RequestShown = {
  readonly text: string;
  readonly from: string;
  readonly channel: string;
  readonly trust: "staff" | "customer" | "untrusted";
  readonly at: number;
};

export type Difference = {
  /** The record: "orders 7". */
  readonly of: string;
  readonly fields: readonly {
    readonly field: string;
    readonly before: Json;
    readonly after: Json;
  }[];
};

export type RuleShown = {
  readonly rule: string;
  readonly version: string;
  readonly because: string;
  readonly holds: "true" | "false" | "undetermined" | "fault";
  /** "action.args.amount > HKD 500 [was HKD 640.50]: true" */
  readonly leaves: readonly string[];
};

export type DataShown = {
  readonly system: string;
  readonly entity: string;
  readonly ids: readonly string[];
  readonly fields: readonly string[];
  readonly at: number;
};

export const NO_EVIDENCE: Evidence = {
  request: null,
  action: "",
  difference: null,
  options: [],
  rules: [],
  data: [],
  missing: [],
  history: [],
  taint: [],
  advice: [],
};

/** Of each list, so much is shown: what is more is counted and said. */
export const EVIDENCE_LINES_MOST = 50;

/** Parts that several have brought, as one: lists one after another, of single things the last that is there. */
export function mergeEvidence(...parts: readonly Partial<Evidence>[]): Evidence {
  return parts.reduce<Evidence>(
    (all, part) => ({
      request: part.request ?? all.request,
      action: part.action || all.action,
      difference: part.difference ?? all.difference,
      options: joined(all.options, part.options),
      rules: joined(all.rules, part.rules),
      data: joined(all.data, part.data),
      missing: [...new Set(joined(all.missing, part.missing))],
      history: joined(all.history, part.history),
      taint: [...new Set(joined(all.taint, part.taint))],
      advice: joined(all.advice, part.advice),
    }),
    NO_EVIDENCE,
  );
}

function joined<T>(all: readonly T[], more: readonly T[] = []): readonly T[] {
  return [...all, ...more].slice(0, EVIDENCE_LINES_MOST);
}

/** What differs between two records, field by field; other values are one field. */
export function differenceOf(of: string, before: Json, after: Json): Difference {
  if (!isRecord(before) || !isRecord(after)) return { of, fields: [{ field: "", before, after }] };
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const fields = names
    .map((field) => ({
      field,
      before: ownOf(before, field) ?? null,
      after: ownOf(after, field) ?? null,
    }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
  return { of, fields };
}

function isRecord(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
