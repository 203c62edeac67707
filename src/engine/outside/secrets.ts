import { variablesIn, withVariables } from "../../core/definition/index.ts";

/** What is shorter stands in too many texts to be taken out of them. */
const SECRET_CHARACTERS_LEAST = 6;

/** The variables that some texts name, and what they hold. */
export type Secrets = {
  /** Of the texts: what is not set, by name. */
  readonly unset: readonly string[];
  readonly fill: (text: string) => string;
  /** The text without what the variables hold, as it stands there or as it stands in JSON. */
  readonly hide: (text: string) => string;
};

/** `environment`: ours. */
export function secretsIn(
  texts: readonly string[],
  { environment }: { readonly environment: Readonly<Record<string, string | undefined>> },
): Secrets {
  const names = [...new Set(texts.flatMap(variablesIn))];
  const held = names.flatMap((name) => {
    const value = environment[name] ?? "";
    return value.length >= SECRET_CHARACTERS_LEAST ? [[name, value] as const] : [];
  });
  // The longest first: one may be the beginning of another.
  const spelled = held
    .flatMap(([name, value]) => [...spellings(value)].map((text) => [name, text] as const))
    .toSorted(([, one], [, other]) => other.length - one.length);
  return {
    unset: names.filter((name) => (environment[name] ?? "") === ""),
    fill: (text) => withVariables(text, (name) => environment[name]),
    hide: (text) =>
      spelled.reduce((hidden, [name, value]) => hidden.replaceAll(value, `[${name}]`), text),
  };
}

/** As it stands, in JSON, in an address and in base64; of an address with a password also that by itself. */
function spellings(value: string): ReadonlySet<string> {
  const { username = "", password = "" } = URL.parse(value) ?? {};
  const [name, word] = [decoded(username), decoded(password)];
  const parts = [
    value,
    password,
    word,
    ...(word === "" ? [] : [`${name}:${word}`, `\0${name}\0${word}`]),
  ];
  const spelt = parts.flatMap((part) => [
    part,
    JSON.stringify(part).slice(1, -1),
    encodeURIComponent(part),
    Buffer.from(part).toString("base64"),
  ]);
  return new Set(spelt.filter((text) => text.length >= SECRET_CHARACTERS_LEAST));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
