import { stringify } from "yaml";
import type { Chance } from "../simulation/chance.ts";
import { garbage } from "./garbage.ts";
import { AGENT_FILES, type Given, WORKFLOWS } from "./given-files.ts";
import { mutateText } from "./mutate-text.ts";
import { mutateValue } from "./mutate-value.ts";

/** What is not as it should be in one case. Everything else in it is in order. */
export type Case = {
  /** The workflow that is run: a file's text, or a value handed in from TypeScript. */
  readonly workflow:
    | { readonly kind: "file"; readonly text: string }
    | { readonly kind: "value"; readonly value: unknown };
  readonly name: string;
  /** Agents' files, by name; none unless they are what is mutated. */
  readonly agentFiles: Readonly<Record<string, string>>;
  readonly params: unknown;
  /** Shares: of agents' answers that are none, of signals that should not come. */
  readonly garbled: number;
  readonly mischief: number;
};

export function inventCase(chance: Chance): Case {
  const given = chance.one(WORKFLOWS);
  const params = paramsFor(given, chance);
  const calm: Case = {
    workflow: { kind: "file", text: given.text },
    name: given.name,
    agentFiles: {},
    params,
    garbled: 0,
    mischief: 0,
  };
  const kind = chance.next();
  if (kind < 0.22)
    return { ...calm, workflow: { kind: "file", text: mutateText(given.text, chance) } };
  if (kind < 0.44)
    return { ...calm, workflow: { kind: "file", text: mutatedValueAsText(given, chance) } };
  if (kind < 0.52) {
    const value = mutateValue(given.value, chance, garbage);
    return { ...calm, workflow: { kind: "value", value } };
  }
  if (kind < 0.62) return { ...calm, params: mutateParams(given, params, chance) };
  if (kind < 0.78) return { ...calm, garbled: chance.one([0.1, 0.4, 0.9]) };
  if (kind < 0.9) return { ...calm, mischief: chance.one([0.2, 0.6]) };
  if (kind < 0.95) return { ...calm, garbled: 0.3, mischief: 0.3 };
  return { ...calm, agentFiles: mutatedAgents(chance) };
}

/** Anchors and aliases are drawn where a value stands twice. */
function mutatedValueAsText(given: Given, chance: Chance): string {
  const value = mutateValue(given.value, chance);
  return chance.is(0.3)
    ? (JSON.stringify(value) ?? "")
    : (stringify(value, { lineWidth: 0 }) ?? "");
}

function mutatedAgents(chance: Chance): Readonly<Record<string, string>> {
  const files = Array.from({ length: chance.between(1, 3) }, (): [string, string] => {
    const given = chance.one(AGENT_FILES);
    const text = chance.is(0.5)
      ? mutateText(given.text, chance)
      : (stringify(mutateValue(given.value, chance)) ?? "");
    return [given.name, text];
  });
  return Object.fromEntries(files);
}

function paramsFor({ name }: Given, chance: Chance): Record<string, unknown> {
  if (name === "every-kind") return { region: "north" };
  if (name === "each" && chance.is(0.5)) return { names: ["a", "b", "c", "d", "e"] };
  return {};
}

function mutateParams({ value }: Given, params: Record<string, unknown>, chance: Chance): unknown {
  if (chance.is(0.1)) return garbage(chance);
  const declared = Object.keys((value as { parameters?: object }).parameters ?? { any: 1 });
  const given = { ...params };
  for (const name of declared) if (chance.is(0.5)) given[name] = garbage(chance);
  if (chance.is(0.3)) given[chance.one(["other", "__proto__", "toString", ""])] = garbage(chance);
  return chance.is(0.3) ? mutateValue(params, chance, garbage) : given;
}
