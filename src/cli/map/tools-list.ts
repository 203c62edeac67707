import { EXIT } from "../exit.ts";
import { type Column, plain, tableLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

const COLUMNS: readonly Column[] = [
  { title: "TOOL", least: 12 },
  { title: "LEVEL" },
  { title: "SYSTEM", goes: 2 },
  { title: "WRITES", goes: 3 },
  { title: "AGENTS", least: 10 },
  { title: "WHAT IT DOES", goes: 1 },
];

/** `muster tools list`: in the order of the map. One that is not in force is marked. */
export async function toolsList(
  context: Context,
  { agent }: { readonly agent?: string },
): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { tools, problems } = await company.tools();
    if (tools.length === 0 && problems.length > 0) return refuse(context, problems);
    const wanted = tools.filter(({ agents }) => agent === undefined || agents.includes(agent));
    const { answer, side, json } = context.terminal;
    if (json) answer.line(JSON.stringify(wanted));
    else if (wanted.length === 0)
      side.line(
        tools.length === 0
          ? `No tools in ${company.folder}. Write them in map.yaml, under tools.`
          : `"${plain(agent ?? "")}" may use none of the tools in the map of ${company.folder}.`,
      );
    else {
      const rows = wanted.map((tool) =>
        [
          tool.isInForce ? tool.name : `${tool.name} *`,
          tool.level,
          `${tool.system} (${tool.kind})${tool.leftAlone === null ? "" : " !"}`,
          tool.writes ?? "",
          tool.agents.join(", ") || "nobody",
          tool.description,
        ].map((text) => ({ text: plain(text) })),
      );
      for (const line of tableLines(COLUMNS, rows, answer.columns)) answer.line(line);
      if (wanted.some(({ isInForce }) => !isInForce))
        side.line("* not in force as it stands: muster map publish --why …");
      for (const [system, why] of new Map(wanted.map((one) => [one.system, one.leftAlone])))
        if (why !== null) side.line(plain(`! ${system}: ${why}`));
    }
    return EXIT.done;
  });
}
