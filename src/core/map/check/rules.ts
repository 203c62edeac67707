import type { Step, Workflow } from "../../definition/index.ts";
import { stepsOf } from "../../machine/index.ts";
import type { Place } from "../../problem.ts";
import { isTableFile } from "../read/tables.ts";
import type { WorkMap } from "../work-map.ts";
import {
  areGrantsWhole,
  areRulesWhole,
  type Checking,
  inWords,
  namesSaid,
  unknownName,
} from "./checking.ts";

/** Each rule can hold, each chain is asked by one, and what goes outside has somebody who decides on it. */
export function checkRules(checking: Checking): void {
  checkTables(checking);
  checkPermits(checking);
  checkNever(checking);
  checkChainsUsed(checking);
  checkDecided(checking);
}

/** A tool asks a table that is there, and each table is asked by one. */
function checkTables({ map, files, report, elsewhere }: Checking): void {
  const tables = Object.values(map.tables);
  // One that something is wrong with may be the one that is meant.
  const areWhole = files.filter(isTableFile).length === tables.length;
  const known = tables.map(({ name }) => name);
  const asked = new Set<string>();
  for (const { name, operation } of Object.values(map.tools)) {
    const { table } = operation;
    if (typeof table !== "string") continue;
    asked.add(table);
    if (areWhole && !known.includes(table))
      report.add({
        ...unknownName("table", table, known),
        message: `There is no table "${table}" in the folder tables.`,
        path: ["tools", name, "table"],
      });
  }
  for (const { name, where } of tables)
    if (!asked.has(name))
      elsewhere.push({
        code: "advice",
        severity: "warning",
        message: `No tool asks the table "${name}".`,
        mend: `Write a tool of a system of the kind table with table: ${name}, or take the table out.`,
        where: placeOf(where),
      });
}

/** `file:line:column` */
function placeOf(where: string): Place {
  const [, file = where, line = "1", column = "1"] = /^(.*):(\d+):(\d+)$/.exec(where) ?? [];
  return { file, line: Number(line), column: Number(column) };
}

/** One for whatever tool there is would let through each that is added later, too. */
function checkPermits({ map, report }: Checking): void {
  for (const { id, follows, tools } of map.rules)
    if (follows.kind === "permit" && tools === null)
      report.add({
        code: "wrong-value",
        message: `The rule "${id}" permits whatever tool there is; a permit names the tools it is for.`,
        mend: "Write them in its when: { action.tool: NAME, … }.",
        path: ["rules", id, "when"],
      });
}

/** A rule about tools that nobody may use never fires. */
function checkNever({ map, said, report }: Checking): void {
  if (!areGrantsWhole(map, said)) return;
  const granted = new Set(Object.values(map.agents).flatMap((grant) => grant.tools));
  for (const { id, tools } of map.rules) {
    if (tools === null || tools.some((tool) => granted.has(tool))) continue;
    report.add({
      code: "advice",
      severity: "warning",
      message:
        tools.length === 0
          ? `The rule "${id}" can never hold: no tool is all that it asks for.`
          : `The rule "${id}" never fires: no agent may use ${inWords(tools)}.`,
      mend: "Mend its when, grant the tool to an agent, or take the rule out.",
      path: ["rules", id],
      key: true,
    });
  }
}

function checkChainsUsed(checking: Checking): void {
  const { map, said, workflows, broken, report, elsewhere } = checking;
  const known = namesSaid(said, "approvals");
  const inRules = map.rules.flatMap(({ follows }) =>
    follows.kind === "approve" ? [follows.chain] : [],
  );
  const inSteps = Object.values(workflows ?? {}).flatMap(chainsIn);
  for (const { chain, step, workflow } of inSteps)
    if (known.length > 0 && !known.includes(chain))
      elsewhere.push({
        ...unknownName("chain", chain, known),
        message: `The step "${step.id}" of "${workflow}" names the chain "${chain}", which is not in the map.`,
        where: step.where,
      });
  if (workflows === null || broken.length > 0 || !areRulesWhole(checking)) return;
  const used = new Set([...inRules, ...inSteps.map(({ chain }) => chain)]);
  for (const name of Object.keys(map.approvals))
    if (!used.has(name))
      report.add({
        code: "advice",
        severity: "warning",
        message: `No rule and no workflow asks the chain "${name}".`,
        mend: `Write then: {approve: ${name}} in a rule, or take it out.`,
        path: ["approvals", name],
        key: true,
      });
}

type Named = { readonly chain: string; readonly step: Step; readonly workflow: string };

/** The chains that the steps of a workflow name. */
function chainsIn({ name, root }: Workflow): readonly Named[] {
  return [...stepsOf(root)].flatMap((step): readonly Named[] => {
    const chain =
      step.kind === "gate"
        ? step.approval.chain
        : step.kind === "task"
          ? step.approve?.chain
          : undefined;
    return chain === undefined || chain === "" ? [] : [{ chain, step, workflow: name }];
  });
}

/** What goes outside asks people; a rule says which. */
function checkDecided(checking: Checking): void {
  if (!areRulesWhole(checking)) return;
  const { map, report } = checking;
  const granted = new Set(Object.values(map.agents).flatMap((grant) => grant.tools));
  for (const { name, level } of Object.values(map.tools)) {
    if (level !== "external" || !granted.has(name)) continue;
    const { owner } = map.exceptions;
    const open = whenOpen(map, name, owner !== "");
    if (open === null) continue;
    const who =
      owner === ""
        ? "nobody is named to be asked."
        : `whoever owns the type of the request is asked, else "${owner}", each time.`;
    report.add({
      code: owner === "" ? "missing-key" : "advice",
      severity: owner === "" ? "error" : "warning",
      message: `${open} ${who}`,
      mend:
        owner === ""
          ? "Write a rule about it with then: {approve: CHAIN}, or exceptions: {owner: NAME}."
          : "Write a rule about it with then: {approve: CHAIN}, or then: permit where nobody need be asked.",
      path: ["tools", name],
      key: true,
    });
  }
}

/**
 * When no rule says who decides on a tool that goes outside; null: never, as far as can be told before.
 * Where somebody is asked then, only some of the uses are no reason to say so.
 */
function whenOpen({ rules }: WorkMap, tool: string, isOwned: boolean): string | null {
  const about = rules.filter(
    ({ tools, isShadow }) => !isShadow && (tools === null || tools.includes(tool)),
  );
  if (about.some(({ follows }) => follows.kind === "permit")) return null;
  const asking = about.filter(({ follows }) => follows.kind === "approve");
  if (asking.length === 0) return `No rule says who decides on "${tool}", which goes outside:`;
  // What holds when nothing but the tool is known holds always.
  const isAlways = asking.some(({ evaluate }) => evaluate({ action: { tool } }).holds === "true");
  if (isAlways || isOwned) return null;
  const ids = inWords(asking.map(({ id }) => id));
  return `Where ${ids} does not hold, no rule says who decides on "${tool}", which goes outside:`;
}
