import { suggestion } from "../../core/expression/index.ts";
import type { RuleView } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { type Column, plain, tableLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

const COLUMNS: readonly Column[] = [
  { title: "RULE", least: 12 },
  { title: "FOLLOWS" },
  { title: "TOOLS", least: 10, goes: 2 },
  { title: "EXAMPLES", goes: 3 },
  { title: "BECAUSE", goes: 1 },
];

/** `muster rules list`. */
export async function rulesList(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const listed = await company.rules();
    const { rules, tables, problems } = listed;
    const { answer, side, json } = context.terminal;
    if (json) answer.line(JSON.stringify(listed));
    else if (rules.length + tables.length + problems.length === 0)
      side.line(`There are no rules in ${company.folder}. Write them under rules: in map.yaml.`);
    else {
      const rows = rules.map((rule) => cellsOf(rule).map((text) => ({ text: plain(text) })));
      if (rows.length > 0)
        for (const line of tableLines(COLUMNS, rows, answer.columns)) answer.line(line);
      for (const { name, hit, outputs, where } of tables)
        answer.line(plain(`table ${name}: ${hit}, gives ${outputs.join(", ")} (${where})`));
    }
    return problems.length > 0 ? refuse(context, problems) : EXIT.done;
  });
}

/** `muster rules show RULE`. */
export async function rulesShow(context: Context, name: string): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { rules, problems } = await company.rules();
    const rule = rules.find(({ id }) => id === name);
    if (rule === undefined) return refuse(context, [...problems, noRule(name, rules)]);
    const { answer, json } = context.terminal;
    if (json) answer.line(JSON.stringify(rule));
    else for (const [indent, text] of linesOf(rule)) answer.line(`${indent}${plain(text)}`);
    return EXIT.done;
  });
}

export function noRule(
  name: string,
  rules: readonly RuleView[],
): { readonly code: "not-found"; readonly message: string; readonly mend: string } {
  const names = rules.map(({ id }) => id);
  return {
    code: "not-found",
    message: `The map has no rule "${name}".`,
    mend: suggestion(name, names, "Rules"),
  };
}

function cellsOf(rule: RuleView): readonly string[] {
  const { id, tools, examples, because, isShadow } = rule;
  const met = examples.filter(({ isMet }) => isMet).length;
  return [
    id,
    `${followsOf(rule)}${isShadow ? ` (shadow${watchedOf(rule)})` : ""}`,
    tools === null ? "any" : tools.join(", "),
    examples.length === 0 ? "" : `${met}/${examples.length}`,
    because,
  ];
}

/** What it said while the work went on. */
function watchedOf({ watched }: RuleView): string {
  return watched === undefined || watched.asked === 0
    ? ""
    : `: held ${watched.held} of ${watched.asked}, would change ${watched.changed}`;
}

function watchedLines({ watched }: RuleView): readonly string[] {
  if (watched === undefined) return [];
  const { asked, held, undetermined, changed } = watched;
  return [
    asked === 0
      ? "as it is written it was never asked yet"
      : `as it is written it was asked ${asked} times: it held ${held} times, could not be told ${undetermined} times, and would have changed what was decided ${changed} times`,
  ];
}

function followsOf({ follows }: RuleView): string {
  switch (follows.kind) {
    case "approve":
      return `approve: ${follows.chain}`;
    case "limit":
      return `limit: ${[...Object.keys(follows.args), ...follows.redact].join(", ")}`;
    case "allow":
    case "deny":
    case "permit":
      return follows.kind;
  }
}

function linesOf(rule: RuleView): readonly (readonly [indent: string, text: string])[] {
  const { id, where, because, tools, isShadow, digest, follows, examples } = rule;
  const inside = [
    because,
    `tools: ${tools === null ? "any" : tools.join(", ")}`,
    ...(isShadow ? ["shadow: it is recorded, and nothing follows", ...watchedLines(rule)] : []),
    ...(follows.kind === "deny" ? [`the agent is told: ${follows.say}`] : []),
    ...(follows.kind === "limit" ? [`held within: ${JSON.stringify(follows.args)}`] : []),
    `version: ${digest}`,
    ...examples.map(
      ({ name, expected, got, isMet }) =>
        `- ${name}: ${expected}${isMet ? "" : `, and it is ${got}`}`,
    ),
  ];
  return [
    ["", `${id}: ${followsOf(rule)} (${where})`],
    ...inside.map((text) => ["  ", text] as const),
  ];
}
