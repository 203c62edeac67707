import type { Chance } from "../simulation/chance.ts";
import { ODD_TEXTS } from "./garbage.ts";

/** A file as it is after somebody's bad day: a few of its lines or letters are not what they were. */
export function mutateText(text: string, chance: Chance): string {
  let mutated = text;
  for (let left = chance.one([1, 1, 1, 2, 4]); left > 0; left -= 1)
    mutated = chance.one(WAYS)(mutated, chance);
  return mutated;
}

type Way = (text: string, chance: Chance) => string;

const ODD_LINES: readonly string[] = [
  "- - - -",
  "? [a, b] : c",
  "<<: *nothing",
  "&a [*a]",
  "x: &x {a: *x}",
  "!!binary aGk=",
  "!!set {a, b}",
  "%YAML 9.9",
  "---",
  "...",
  "\tsteps: []",
  "'",
  '"',
  "{",
  "]",
  "steps: {}",
  "phases: 5",
  "name: [a]",
  "id: 1",
  "when: 1 +",
  "each: $params",
  "timeout: -5s",
  "retry: { max_attempts: 99999999 }",
  "\ufeff",
  "__proto__: { a: 1 }",
  `deep: ${"[".repeat(200)}${"]".repeat(200)}`,
  `deeper: ${"{a: ".repeat(3_000)}`,
  "bomb: [&l0 [x, x, x, x, x, x, x, x], &l1 [*l0, *l0, *l0, *l0, *l0, *l0, *l0, *l0], &l2 [*l1, *l1, *l1, *l1, *l1, *l1, *l1, *l1], &l3 [*l2, *l2, *l2, *l2, *l2, *l2, *l2, *l2], &l4 [*l3, *l3, *l3, *l3, *l3, *l3, *l3, *l3], [*l4, *l4, *l4, *l4, *l4, *l4]]",
];

const WAYS: readonly Way[] = [
  (text, chance) => text.slice(0, chance.between(0, text.length)),
  (text, chance) => text.slice(chance.between(0, Math.min(200, text.length))),
  onLines((lines, at) => void lines.splice(at, 1)),
  onLines((lines, at) => void lines.splice(at, 0, lines[at] ?? "")),
  onLines((lines, at, chance) => {
    const [line = ""] = lines.splice(at, 1);
    lines.splice(chance.between(0, lines.length), 0, line);
  }),
  onLines((lines, at, chance) => {
    const indent = /^ */.exec(lines[at] ?? "")?.[0] ?? "";
    lines.splice(at, 0, indent + chance.one(ODD_LINES));
  }),
  onLines((lines, at) => {
    lines[at] = ` ${lines[at] ?? ""}`;
  }),
  onLines((lines, at) => {
    lines[at] = (lines[at] ?? "").replace(/^ {2}/, "");
  }),
  onLines((lines, at, chance) => {
    lines[at] = (lines[at] ?? "").replace(/:.*/, `: ${chance.one(ODD_TEXTS)}`);
  }),
  onLines((lines, at, chance) => {
    lines[at] = (lines[at] ?? "").replace(/[\w.]+(?=:)/, chance.one(ODD_TEXTS));
  }),
  onLines((lines, at) => {
    lines[at] = (lines[at] ?? "").replace(/\d+/, (digits) => `${digits}00000000`);
  }),
  onLines((lines, at) => {
    lines[at] = (lines[at] ?? "").replace(/\d+/, "-1");
  }),
  (text, chance) => {
    const at = chance.between(0, text.length);
    return text.slice(0, at) + chance.one(ODD_TEXTS) + text.slice(at);
  },
  (text, chance) => {
    const at = chance.between(0, text.length);
    return text.slice(0, at) + text.slice(at + chance.between(1, 12));
  },
  (text, chance) => {
    const at = chance.between(0, Math.max(0, text.length - 1));
    return (
      text.slice(0, at) + chance.one("{}[]:,-&*!|>'\"%@`#\t\n$".split("")) + text.slice(at + 1)
    );
  },
  (text) => text.replaceAll(/\r?\n/g, "\r\n"),
];

function onLines(change: (lines: string[], at: number, chance: Chance) => void): Way {
  return (text, chance) => {
    const lines = text.split("\n");
    change(lines, chance.between(0, lines.length - 1), chance);
    return lines.join("\n");
  };
}
