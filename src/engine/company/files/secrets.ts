/** Where a secret stands in a text, and what kind it looks like; the secret itself is never told. */
export type SecretAt = { readonly what: string; readonly line: number; readonly column: number };

/** What only a secret looks like, by whose it is. */
const SHAPES: readonly (readonly [what: string, shape: RegExp])[] = [
  ["A private key", /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/],
  ["An access key of AWS", /\bAKIA[0-9A-Z]{16}\b/],
  ["A token of GitHub", /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ["A token of Slack", /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/],
  [
    "A webhook of Slack",
    /https:\/\/hooks\.slack\.com\/services\/T[A-Za-z0-9]+\/B[A-Za-z0-9]+\/[A-Za-z0-9]{8,}/,
  ],
  ["An API key", /\bsk-(?:[a-z]+-)?[A-Za-z0-9_-]{20,}\b/],
  ["A token", /\bBearer\s+[A-Za-z0-9._~+/-]{20,}=*/],
  ["A password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'$]+:[^\s/@"'$]{3,}@/i],
  [
    "A secret",
    /\b(?:api[_-]?key|secret|password|passwd|access[_-]?token|auth[_-]?token)["']?\s*[:=]\s*["']?(?!\$|<|\{|process\b|string\b|true\b|false\b|null\b|undefined\b|type\b)[A-Za-z0-9_\-./+=]{8,}/i,
  ],
];
/** Secrets that are told of in one file. */
const TOLD_MOST = 20;

export function secretsIn(text: string): readonly SecretAt[] {
  const found: SecretAt[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    const known = SHAPES.map(([what, shape]) => ({ what, index: line.search(shape) }));
    const first = known.find(({ index }) => index >= 0);
    if (first === undefined) continue;
    found.push({ what: first.what, line: at + 1, column: first.index + 1 });
    if (found.length === TOLD_MOST) break;
  }
  return found;
}
