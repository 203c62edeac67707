import { suggestion } from "../../expression/index.ts";
import { isObject, type Json } from "../../json.ts";
import type { Place } from "../../problem.ts";
import { propertiesOf } from "../tool-args.ts";
import type { Tool } from "../work-map.ts";
import type { Checking } from "./checking.ts";

/**
 * What is filled into what a tool does is written as that is filled: in the map, in the template of a
 * mail, and in what takes it back. `${…}` is of `says:` alone; elsewhere it would go out as it stands.
 */
export function checkTexts(checking: Checking): void {
  for (const tool of Object.values(checking.map.tools)) {
    checkDollars(tool, checking);
    checkTemplateWords(tool, checking);
    checkTakenBack(tool, checking);
  }
}

const DOLLAR = "${";

function checkDollars({ name, operation, preview, verify }: Tool, { report }: Checking): void {
  const parts: readonly (readonly [string, Json])[] = [
    ...Object.entries(operation),
    ["preview", preview],
    ["verify", verify],
  ];
  for (const [key, value] of parts)
    if (textsIn(value).some((text) => text.includes(DOLLAR)))
      report.add({
        code: "wrong-value",
        severity: "warning",
        message: `"${key}" of the tool "${name}" has \${ in it, which is filled in nowhere but in says.`,
        mend: OTHERWISE,
        path: ["tools", name, key],
      });
}

const OTHERWISE =
  "Write {NAME} in a text, $args.NAME for a value as a whole, :NAME in a statement.";

function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((one: Json) => textsIn(one));
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** Names in the file that a mail takes its words from: what no argument gives keeps every mail from going. */
function checkTemplateWords({ name, operation, args }: Tool, checking: Checking): void {
  const { template } = operation;
  if (typeof template !== "string") return;
  const file = template.startsWith("templates/") ? template : `templates/${template}`;
  const text = checking.textOf(file);
  if (text === null) return;
  const known = Object.keys(propertiesOf(args));
  for (const { 1: dollar, 2: word = "", index } of text.matchAll(/(\$?)\{([A-Za-z_]\w*)\}/g)) {
    const where = placeIn(file, text, index);
    if (!known.includes(word))
      checking.elsewhere.push({
        code: "wrong-value",
        message: `The template of the tool "${name}" names "${word}", which is none of its arguments.`,
        mend: `${suggestion(word, known, "Arguments")} Or add it to args.`,
        where,
      });
    else if (dollar !== "")
      checking.elsewhere.push({
        code: "wrong-value",
        severity: "warning",
        message: `The template of the tool "${name}" has a $ before {${word}}, which stands in every mail.`,
        mend: `Write {${word}}.`,
        where,
      });
  }
}

function placeIn(file: string, text: string, at: number): Place {
  const before = text.slice(0, at).split("\n");
  return { file, line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** What takes it back is given what it was done with. */
function checkTakenBack({ name, args, scope, undo }: Tool, { report }: Checking): void {
  const known = [...Object.keys(propertiesOf(args)), ...Object.keys(scope.args)];
  for (const [arg, value] of Object.entries(undo?.args ?? {})) {
    const words = textsIn(value).flatMap((text) => /^\$args\.([A-Za-z_]\w*)/.exec(text)?.[1] ?? []);
    for (const word of words)
      if (!known.includes(word))
        report.add({
          code: "wrong-value",
          message: `To undo "${name}", "${word}" is taken, which is none of its arguments.`,
          mend: suggestion(word, known, "Arguments"),
          path: ["tools", name, "undo", "args", arg],
        });
  }
}
