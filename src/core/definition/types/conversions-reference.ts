import type { Json } from "../../json.ts";
import { conversionTable, type Example } from "./conversion-table.ts";

/** The reference of conversions, made from the table that the machine goes by. */
export function conversionsReference(): string {
  const rows = conversionTable.map(
    ({ from, to, rule, examples }) =>
      `| ${from} | ${to} | ${cell(rule)} | ${examples.map(exampleText).join("<br>")} |`,
  );
  return `${HEAD}\n${rows.join("\n")}\n`;
}

const HEAD = `# Conversions

Made from the table of the code by \`npm run schemas\`; do not edit.

What a step gives is made to fit what it promised, and params what the workflow declares, where nothing
is lost by it. What would lose something is refused, unless the type is a schema with \`convert: lossy\`. The
first row that applies is the one; where none does, the value is refused with a sentence that says why.

| given | wanted | rule | examples |
| --- | --- | --- | --- |`;

function exampleText(example: Example): string {
  const { given, type } = example;
  const wanted = typeof type === "string" ? type : JSON.stringify(type);
  const outcome = "gives" in example ? code(example.gives) : `refused: ${cell(example.refused)}`;
  return `${code(given)} as \`${cell(wanted)}\`: ${outcome}`;
}

function code(value: Json): string {
  return `\`${cell(JSON.stringify(value))}\``;
}

/** In a cell a bar would end it. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
