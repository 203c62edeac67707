import { suggestion } from "../../expression/index.ts";
import type { JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import { OPERATIONS } from "../keys/tools.ts";
import { isWriting, namesIn } from "../operation.ts";
import { propertiesOf } from "../tool-args.ts";
import type { System, Tool } from "../work-map.ts";
import { type Checking, inWords } from "./checking.ts";

/** What each tool does is what its system can be asked, with its own arguments, and no more than its level says. */
export function checkOperations(checking: Checking): void {
  const { map } = checking;
  for (const tool of Object.values(map.tools)) {
    const system = ownOf(map.systems, tool.system);
    if (system === undefined) continue;
    checkKeys(tool, system, checking);
    for (const part of ["operation", "preview", "verify"] as const)
      checkNames(tool, part, checking);
    checkReading(tool, system, checking);
  }
}

function checkKeys(tool: Tool, { kind, settings }: System, { report }: Checking): void {
  const hasDocument = kind === "http" && settings["openapi"] !== undefined;
  const { takes, needs } = OPERATIONS[kind];
  const allowed: readonly string[] = hasDocument ? [...takes, "operation"] : takes;
  const said = Object.keys(tool.operation);
  for (const key of said)
    if (!allowed.includes(key))
      report.add({
        code: "unknown-key",
        message: `"${tool.system}" is of the kind ${kind}, and its tools take no "${key}".`,
        mend: suggestion(key, allowed, "Keys"),
        path: ["tools", tool.name, key],
        key: true,
      });
  const needed = hasDocument ? ["operation", needs] : [needs];
  if (needed.some((key) => said.includes(key))) return;
  report.add({
    code: "missing-key",
    message: `The tool "${tool.name}" does not say what it does: "${needs}" is missing.`,
    mend: `Write ${needs}: a tool of a system of the kind ${kind} has one.`,
    path: ["tools", tool.name],
    key: true,
  });
}

/** Every `:name` and `{name}` is one of its arguments. */
function checkNames(
  tool: Tool,
  part: "operation" | "preview" | "verify",
  { report }: Checking,
): void {
  const operation: JsonObject = tool[part] ?? {};
  const known = Object.keys(propertiesOf(tool.args));
  for (const name of namesIn(operation))
    if (!known.includes(name))
      report.add({
        code: "wrong-value",
        message: `The tool "${tool.name}" names "${name}", which is none of its arguments.`,
        mend: `${suggestion(name, known, "Arguments")} Or add it to args.`,
        path: ["tools", tool.name, part === "operation" ? firstKey(operation, name) : part],
      });
}

function firstKey(operation: JsonObject, name: string): string {
  const found = Object.entries(operation).find(([key, value]) =>
    namesIn({ [key]: value }).includes(name),
  );
  return found?.[0] ?? "args";
}

function checkReading(tool: Tool, system: System, { report }: Checking): void {
  const { name, level, operation, writes, undo } = tool;
  if (level !== "reference" && level !== "case") return;
  const faults = [
    ...(isWriting(operation, system) ? ["changes something"] : []),
    ...(writes === null ? [] : ["says that it writes"]),
    ...(undo === null ? [] : ["says how it is undone"]),
  ];
  if (faults.length === 0) return;
  report.add({
    code: "wrong-value",
    message: `The tool "${name}" ${inWords(faults)}, and its level "${level}" only reads.`,
    mend: "Give it the level draft, record or external.",
    path: ["tools", name, "level"],
  });
}
