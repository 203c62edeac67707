import { COLUMNS, type Picture, type PictureNode } from "./picture.ts";

/** The same picture as text that many places draw by themselves. */
export function mermaidOf({ nodes, edges }: Picture): string {
  const names = new Map(nodes.map(({ id }, at) => [id, `n${at}`]));
  const columns = COLUMNS.flatMap((column, at): readonly string[] => {
    const own = nodes.filter((node) => node.column === at);
    if (own.length === 0) return [];
    const boxes = own.map((node) => `    ${names.get(node.id)}${boxOf(node)}`);
    return [`  subgraph c${at}["${column}"]`, ...boxes, "  end"];
  });
  const lines = edges.map(
    ({ from, to, kind }) =>
      `  ${names.get(from)} ${kind === "free" ? "-.->" : kind === "asked" ? "==>" : "-->"} ${names.get(to)}`,
  );
  return ["flowchart LR", ...columns, ...lines].join("\n");
}

function boxOf({ title, lines, level, column, warning }: PictureNode): string {
  const words = [
    title,
    ...(column === 3 && level !== null ? [level] : []),
    ...lines,
    ...(warning === null ? [] : [`! ${warning}`]),
  ].map(plain);
  const text = `"${words.join("<br/>")}"`;
  return column === 4 ? `{{${text}}}` : column === 5 ? `[(${text})]` : `[${text}]`;
}

/** Without what Mermaid would read as its own. */
function plain(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/[<>{}[\]|`#;]/g, " ");
}
