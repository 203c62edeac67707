import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { ToolShown } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { duration } from "../output/index.ts";
import { plainLine } from "../plain-line.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster tools show TOOL`: what it does, what holds it to a case, who may use it, how its system is. */
export async function toolsShow(context: Context, name: string): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const shown = await company.tool(name);
    if (shown === null)
      return refuse(context, [
        {
          code: "not-found",
          message: `The map has no tool "${name}".`,
          mend: "See its tools with: muster tools list.",
        },
      ]);
    const { answer, json } = context.terminal;
    if (json) answer.line(JSON.stringify(shown));
    else for (const line of linesOf(shown)) answer.line(plainLine(line));
    return EXIT.done;
  });
}

function linesOf(shown: ToolShown): readonly string[] {
  const { tool, fault, reach, agents, isInForce } = shown;
  const { limits, scope, writes, reads, undo } = tool;
  const fields = reads?.fields ?? null;
  return [
    `${tool.name}  ${tool.level}, ${tool.effects}${isInForce ? "" : "  (not in force as it stands)"}`,
    ...(tool.description === "" ? [] : [`  ${tool.description}`]),
    `  on ${tool.system} (${shown.kind}): ${fault ?? "it is well"}`,
    `  used by ${agents.join(", ") || "nobody"}`,
    ...(writes === null ? [] : [`  writes ${writes}`]),
    ...(reads === null
      ? []
      : [`  reads ${reads.entity}${fields === null ? "" : `: ${fields.join(", ")}`}`]),
    ...(reach === null ? [] : [`  could reach ${reach} records; the case decides which it may`]),
    "",
    "Arguments:",
    ...argLines(tool.args, scope.args),
    ...Object.entries(scope.rows).map(
      ([field, binding]) => `  each row: ${field} is the case's ${binding}, or it is left out`,
    ),
    "",
    "What it does:",
    ...valueLines(tool.operation),
    ...section("Looked at before:", tool.preview),
    ...(tool.precondition === null ? [] : ["", `Only where ${tool.precondition.text}`]),
    ...section("Looked at afterwards:", tool.verify),
    ...(undo === null ? [] : section(`Taken back by ${undo.tool}:`, undo.args)),
    "",
    `At most ${limits.rowsMost} rows, ${limits.bytesMost} bytes, ${duration(limits.timeoutMs)}${limits.perCase === null ? "" : `, ${limits.perCase} times in a case`}.`,
  ];
}

function argLines(schema: JsonObject, bound: Readonly<Record<string, string>>): readonly string[] {
  const { properties, required } = schema;
  const needed: readonly Json[] = Array.isArray(required) ? required : [];
  const lines = Object.entries(isObject(properties) ? properties : {}).map(([name, said]) => {
    const binding = bound[name];
    const held = binding === undefined ? "" : `, the case's ${binding}`;
    return `  ${name}: ${typeOf(said)}${needed.includes(name) ? "" : ", may be left out"}${held}`;
  });
  return lines.length === 0 ? ["  none"] : lines;
}

function typeOf(schema: Json): string {
  const { format, type } = isObject(schema) ? schema : {};
  return [format, type].find((one) => typeof one === "string") ?? "any";
}

function section(title: string, value: JsonObject | null): readonly string[] {
  return value === null ? [] : ["", title, ...valueLines(value)];
}

function valueLines(value: JsonObject): readonly string[] {
  return Object.entries(value).map(
    ([name, said]) => `  ${name}: ${typeof said === "string" ? said : JSON.stringify(said)}`,
  );
}
