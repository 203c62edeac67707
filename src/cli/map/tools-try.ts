import { parse } from "yaml";
import type { Preview } from "../../core/governance/index.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Company, ToolTried } from "../../engine/company/index.ts";
import { withCase } from "../cases/named.ts";
import { EXIT } from "../exit.ts";
import { plainLine } from "../plain-line.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { toolArgs } from "./tool-args.ts";

type Said = {
  readonly name: string;
  readonly pairs: readonly string[];
  readonly as: string;
  readonly case?: string;
  readonly by?: string;
};

/** `muster tools try TOOL name=value --as AGENT`: the fifteen checks, and what would be another. Nothing is done. */
export async function toolsTry(context: Context, said: Said): Promise<number> {
  const args = toolArgs(said.pairs, "muster tools try TOOL", asYaml);
  if ("problems" in args) return refuse(context, args.problems);
  if (said.case === undefined)
    return await withCompany(context, { perform: false }, (company) =>
      tryIn(context, company, { said, args: args.args }),
    );
  return await withCase(context, { name: said.case, perform: false }, (company, id) =>
    tryIn(context, company, { said, args: args.args, id }),
  );
}

/** A number, true, false, null, a list and a map as YAML has them; all else is a text. */
function asYaml(text: string): Json {
  const read: unknown = parse(text, { schema: "json" });
  return JSON.parse(JSON.stringify(read ?? text)) as Json;
}

type Trying = { readonly said: Said; readonly args: JsonObject; readonly id?: string };

async function tryIn(
  context: Context,
  company: Company,
  { said, args, id }: Trying,
): Promise<number> {
  const { by } = said;
  const tried = await company.tryTool({
    tool: said.name,
    args,
    agent: said.as,
    ...(id === undefined ? {} : { case: id }),
    ...(by === undefined ? {} : { by }),
  });
  if (tried.verdict === null) return refuse(context, tried.problems);
  const { answer, json } = context.terminal;
  if (json) answer.line(JSON.stringify(tried));
  else for (const line of linesOf(said, tried)) answer.line(plainLine(line));
  return EXIT.done;
}

const VERDICTS = {
  allow: "it would be done",
  limit: "it would be done, within limits",
  ask: "people would be asked",
  deny: "it would be refused",
} as const;

type Tried = Extract<ToolTried, { readonly verdict: string }>;

function linesOf({ name, as }: Said, tried: Tried): readonly string[] {
  const { verdict, why, say, chains, checks, rules, undo } = tried;
  const width = Math.max(...checks.map(({ check }) => check.length));
  return [
    `${name} as ${as}: ${VERDICTS[verdict]}. Nothing was done.`,
    ...(why === "" ? [] : [`  ${why}`]),
    ...(chains.length === 0 ? [] : [`  asked: ${chains.join(", ")}`]),
    ...(say === "" ? [] : [`  told to the agent: ${say}`]),
    "",
    "Checks:",
    ...checks.map(
      ({ check, verdict: how, why: because }) =>
        `  ${check.padEnd(width)}  ${how}${because === undefined ? "" : `  ${because}`}`,
    ),
    ...(rules.length === 0 ? [] : ["", "Rules that were asked:"]),
    ...rules.map(
      ({ rule, follows, holds, isShadow, leaves }) =>
        `  ${rule} (${follows}${isShadow ? ", shadow" : ""}): ${holds}${leaves.length === 0 ? "" : `  ${leaves.join("; ")}`}`,
    ),
    "",
    ...tried.unfit,
    ...differenceLines(tried),
    ...(undo === null ? [] : [`Taken back by ${undo.tool}.`]),
  ];
}

function differenceLines({ preview, unseen, args }: Tried): readonly string[] {
  const given = `With ${JSON.stringify(args)}.`;
  if (unseen !== null) return [given, `What it would change cannot be seen: ${unseen}`];
  if (preview === null) return [given];
  const { entity, id } = preview;
  const lines = changesIn(preview);
  return [
    given,
    lines.length === 0 ? `${entity} ${id} would stay as it is.` : `${entity} ${id} would change:`,
    ...lines,
  ];
}

/** Field by field where both are records; else the one and the other. */
function changesIn({ before, after }: Preview): readonly string[] {
  if (!isObject(before) || !isObject(after))
    return shown(before) === shown(after) ? [] : [`  - ${shown(before)}`, `  + ${shown(after)}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => shown(before[name] ?? null) !== shown(after[name] ?? null))
    .map((name) => `  ${name}: ${shown(before[name] ?? null)} -> ${shown(after[name] ?? null)}`);
}

function shown(value: Json): string {
  return JSON.stringify(value);
}
