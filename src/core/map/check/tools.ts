import { suggestion } from "../../expression/index.ts";
import { ownOf } from "../../own.ts";
import { propertiesOf } from "../tool-args.ts";
import type { Tool } from "../work-map.ts";
import { areGrantsWhole, type Checking, inWords, namesSaid, unknownName } from "./checking.ts";

/** Each tool names what is there, is held to a case, and can be looked at before and taken back after. */
export function checkTools(checking: Checking): void {
  const { map } = checking;
  for (const tool of Object.values(map.tools)) {
    checkSystem(tool, checking);
    checkUndo(tool, checking);
    checkArguments(tool, checking);
    checkDestinations(tool, checking);
    checkTemplate(tool, checking);
    checkDeclared(tool, checking);
    checkCare(tool, checking);
  }
  checkUnused(checking);
}

function checkSystem({ name, system }: Tool, { said, report }: Checking): void {
  const known = namesSaid(said, "systems");
  if (known.includes(system)) return;
  report.add({ ...unknownName("system", system, known), path: ["tools", name, "system"] });
}

function checkUndo({ name, undo }: Tool, { map, said, report }: Checking): void {
  if (undo === null) return;
  const other = ownOf(map.tools, undo.tool);
  const path = ["tools", name, "undo"];
  if (other === undefined) {
    const known = namesSaid(said, "tools");
    if (!known.includes(undo.tool))
      report.add({ ...unknownName("tool", undo.tool, known), path: [...path, "tool"] });
    return;
  }
  const known = Object.keys(propertiesOf(other.args));
  for (const arg of Object.keys(undo.args))
    if (!known.includes(arg))
      report.add({
        code: "wrong-value",
        message: `The tool "${undo.tool}" has no argument "${arg}".`,
        mend: suggestion(arg, known, "Arguments"),
        path: [...path, "args", arg],
        key: true,
      });
  const { required } = other.args;
  const missing = (Array.isArray(required) ? required.map(String) : []).filter(
    (arg) => !Object.hasOwn(undo.args, arg) && !Object.hasOwn(other.scope.args, arg),
  );
  if (missing.length > 0)
    report.add({
      code: "missing-key",
      message: `To undo "${name}", "${undo.tool}" needs ${inWords(missing)}, and is not given it.`,
      mend: `Write undo: {tool: ${undo.tool}, args: {${missing[0]}: $args.${missing[0]}}}.`,
      path,
    });
}

function checkArguments({ name, args, deciding }: Tool, { report }: Checking): void {
  const known = Object.keys(propertiesOf(args));
  for (const arg of deciding)
    if (!known.includes(arg))
      report.add({
        code: "wrong-value",
        message: `The tool "${name}" has no argument "${arg}" that could decide.`,
        mend: suggestion(arg, known, "Arguments"),
        path: ["tools", name, "deciding"],
      });
}

function checkDestinations({ name, args, destinations }: Tool, { report }: Checking): void {
  const known = Object.keys(propertiesOf(args));
  for (const [arg, patterns] of Object.entries(destinations)) {
    const path = ["tools", name, "destinations", arg];
    if (!known.includes(arg))
      report.add({
        code: "wrong-value",
        message: `The tool "${name}" has no argument "${arg}" that could go anywhere.`,
        mend: suggestion(arg, known, "Arguments"),
        path,
        key: true,
      });
    for (const pattern of patterns) {
      if (pattern.startsWith("case.")) continue;
      const isAll = /^[*@.]+$/.test(pattern);
      if (isAll || /\s/.test(pattern))
        report.add({
          code: "wrong-value",
          ...(isAll ? { severity: "warning" } : {}),
          message: isAll
            ? `"${pattern}" lets everything through.`
            : `"${pattern}" is no pattern: there is a space in it.`,
          mend: 'Write what may stand there, with * for the rest: "*@harbour.example".',
          path,
        });
    }
  }
}

function checkTemplate({ name, operation }: Tool, { files, report }: Checking): void {
  const template = operation["template"];
  if (typeof template !== "string" || template.includes("{")) return;
  const known = files.filter((file) => file.startsWith("templates/"));
  const file = template.startsWith("templates/") ? template : `templates/${template}`;
  if (known.includes(file)) return;
  report.add({
    code: "not-found",
    message: `There is no file ${file}, which the tool "${name}" takes its words from.`,
    mend: suggestion(file, known, "Templates"),
    path: ["tools", name, "template"],
  });
}

/** What is taken in its strictest sense where it is not said, with the word for it. */
function checkDeclared({ name, level, writes }: Tool, { said, report }: Checking): void {
  if (level === "reference" || level === "case") return;
  const own = ownOf(said["tools"] as { readonly [tool: string]: object }, name) ?? {};
  if (!("level" in own))
    report.add({
      code: "advice",
      severity: "warning",
      message: `The tool "${name}" says no level, and counts as external.`,
      mend: "Write level: reference, case, draft, record or external.",
      path: ["tools", name],
      key: true,
    });
  if (!("effects" in own))
    report.add({
      code: "advice",
      severity: "warning",
      message: `The tool "${name}" does not say what a repetition does: after a crash a person looks whether it was done.`,
      mend: "Write effects: idempotent where the same key does nothing twice, else effects: ask.",
      path: ["tools", name],
      key: true,
    });
  if (writes === null)
    report.add({
      code: "advice",
      severity: "warning",
      message: `The tool "${name}" changes something and does not say what.`,
      mend: "Write writes: orders, or whatever it changes: the record of what was written names it.",
      path: ["tools", name],
      key: true,
    });
}

/** What goes outside is looked at before, and after, and can be taken back. */
function checkCare({ name, level, preview, verify, undo }: Tool, { map, report }: Checking): void {
  if (level !== "external") return;
  const isUndoing = Object.values(map.tools).some((other) => other.undo?.tool === name);
  const missing = [
    ...(preview === null ? ["how what it writes is before it (preview)"] : []),
    ...(preview === null && verify === null ? ["how it is looked at afterwards (verify)"] : []),
    ...(undo === null && !isUndoing ? ["what takes it back (undo)"] : []),
  ];
  if (missing.length === 0) return;
  report.add({
    code: "advice",
    severity: "warning",
    message: `The tool "${name}" goes outside, and does not say ${inWords(missing)}.`,
    mend: "Write what there is: people who decide see it, and repairs are made with it.",
    path: ["tools", name],
    key: true,
  });
}

function checkUnused({ map, said, report }: Checking): void {
  const tools = Object.values(map.tools);
  const granted = new Set(Object.values(map.agents).flatMap((grant) => grant.tools));
  const undoing = new Set(tools.flatMap(({ undo }) => (undo === null ? [] : [undo.tool])));
  const areWhole = areGrantsWhole(map, said);
  for (const { name } of tools)
    if (areWhole && !granted.has(name) && !undoing.has(name))
      report.add({
        code: "advice",
        severity: "warning",
        message: `No agent may use the tool "${name}".`,
        mend: "Grant it under agents, or take it out.",
        path: ["tools", name],
        key: true,
      });
  if (tools.length < namesSaid(said, "tools").length) return;
  for (const name of Object.keys(map.systems))
    if (!tools.some(({ system }) => system === name))
      report.add({
        code: "advice",
        severity: "warning",
        message: `No tool acts on the system "${name}".`,
        mend: "Write a tool of it, or take it out.",
        path: ["systems", name],
        key: true,
      });
}
