/**
 * What an agent is told and what it answers. The pack's own copy of the protocol, so that its folder
 * can be copied anywhere: nothing here is imported from the engine.
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export type Task = {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  /** The same through all attempts of one call. */
  readonly key: string;
  readonly inputs: { readonly [name: string]: Json };
};

export type Tools = { readonly log: (line: string) => void };

export type Answer =
  | {
      readonly outputs: { readonly [name: string]: Json };
      readonly warnings?: readonly string[];
    }
  | { readonly error: Refusal };

/** `certain`: nothing was done under this key. */
export type Refusal = {
  readonly class: "transient" | "permanent" | "degradable" | "critical";
  readonly kind: string;
  readonly message: string;
  readonly certain?: boolean;
  readonly details?: { readonly [name: string]: Json };
};

/** The inputs make no sense; trying again will not help, and nothing was done. */
export function invalidInput(message: string): Answer {
  return { error: { class: "permanent", kind: "invalid_input_data", message, certain: true } };
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The members that are objects; an input that is no list has none. */
export function objects(value: Json | undefined): readonly { readonly [key: string]: Json }[] {
  return isList(value) ? value.filter(isObject) : [];
}

/** The text of a field, or "" where it is absent or no text. */
export function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
