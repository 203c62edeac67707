import type { Digest } from "../../src/core/id.ts";
import type { Json } from "../../src/core/json.ts";
import { evolving, type Inheritance } from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";

const inherited = new Map<Digest, Json>();

/** A content is the same in every world, so whoever folds a log finds what a fork inherits here. */
export function remember(inheritance: Inheritance): void {
  const text = JSON.stringify(inheritance);
  inherited.set(digestOf(text), JSON.parse(text) as Json);
}

/** At the beginning of a world. */
export function forget(): void {
  inherited.clear();
}

export const evolve: ReturnType<typeof evolving> = evolving(
  (digest) => inherited.get(digest) ?? null,
);
