import { type Arbitrary, integer, string } from "fast-check";

const SURROGATES_FROM = 0xd800;
const SURROGATES = 0x800;
const LAST = 0x10ffff;

/** A text of any characters whatever. */
export function anyText(maxLength?: number): Arbitrary<string> {
  const unit = anyCharacter();
  return string(maxLength === undefined ? { unit } : { unit, maxLength });
}

/**
 * Any character whatever. fast-check's own unit "binary" makes a table of all million of them each
 * time that it is asked for, which takes a second.
 */
export function anyCharacter(): Arbitrary<string> {
  return integer({ min: 0, max: LAST - SURROGATES }).map((at) =>
    String.fromCodePoint(at < SURROGATES_FROM ? at : at + SURROGATES),
  );
}
