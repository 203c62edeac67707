import { createHash } from "node:crypto";
import { openReport, readSource } from "../../src/core/definition/index.ts";
import { isObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { type Problem, sentence } from "../../src/core/problem.ts";
import {
  compileRule,
  compileTable,
  type PolicyRule,
  type PolicySurroundings,
  type RulePath,
  type Table,
} from "../../src/core/rules/index.ts";

export const SHOP: PolicySurroundings = {
  facts: {
    case: object({
      id: { type: "string" },
      tier: { type: "string", enum: ["none", "silver", "gold", "vip"] },
      repeats: { type: "integer", minimum: 0 },
      total: { type: "string", format: "money" },
      opened: { type: "string", format: "date-time" },
      waited: { type: "number", format: "duration" },
      note: { type: "string" },
      paid: { type: "boolean" },
      lines: { type: "array", items: object({ sku: { type: "string" } }) },
    }),
  },
  tools: {
    "refund.pay": {
      args: object({
        order_id: { type: "string" },
        amount: { type: "number", currency: "HKD", minimum: 0 },
      }),
    },
    "mail.send": { args: object({ to: { type: "string" }, text: { type: "string" } }) },
    "order.read": { args: object({ order_id: {}, fields: { type: "array" } }) },
  },
  agents: ["support", "finance"],
  requests: ["refund", "delay"],
};

type ReadText = {
  readonly rules: Readonly<Record<string, PolicyRule>>;
  readonly tables: Readonly<Record<string, Table>>;
  readonly problems: readonly string[];
};

/** Rules and tables as they stand in a file, with every problem as it is printed. */
export function readRulesText(text: string): ReadText {
  const problems: Problem[] = [];
  const source = readSource({ file: "map.yaml", text }, (problem) => problems.push(problem));
  const report = openReport(source ?? nothing(), { into: problems, module: null });
  const read = {
    names: SHOP,
    chains: ["refund-manager", "refund-board"],
    report: report.add,
    where: (path: RulePath) => placed(source?.placeOf(path, { key: true })),
    digest: digestOfText,
  };
  const rules = Object.entries(under(source?.value, "rules")).flatMap(([id, rule]) => {
    const made = compileRule({ id, source: rule }, { ...read, path: ["rules", id] });
    return made === null ? [] : [[id, made] as const];
  });
  const tables = Object.entries(under(source?.value, "tables")).flatMap(([name, table]) => {
    const made = compileTable({ name, source: table }, { ...read, path: ["tables", name] });
    return made === null ? [] : [[name, made] as const];
  });
  return {
    rules: Object.fromEntries(rules),
    tables: Object.fromEntries(tables),
    problems: problems.map(sentence),
  };
}

export function digestOfText(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function under(value: Json | undefined, key: string): JsonObject {
  const inside = isObject(value) ? value[key] : undefined;
  return isObject(inside) ? inside : {};
}

function placed(
  at: { readonly file: string; readonly line: number; readonly column: number } | undefined,
): string {
  return `${at?.file}:${at?.line}:${at?.column}`;
}

function nothing(): never {
  throw new Error("The text is no YAML.");
}

function object(properties: JsonObject): JsonObject {
  return { type: "object", properties, additionalProperties: false };
}
