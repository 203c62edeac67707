import { type CheckpointListed, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { type Column, momentIn, plain, tableLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withRunOrFile } from "../with-run.ts";

/** `muster checkpoints list RUN`: oldest first, with where each is kept. */
export async function checkpointsList(context: Context, name: string): Promise<number> {
  return await withRunOrFile(context, { name, perform: false }, async (company, run) => {
    const { answer, side, json } = context.terminal;
    const checkpoints = (await company.checkpoints(run)) ?? [];
    if (json) answer.line(JSON.stringify(checkpoints));
    else if (checkpoints.length === 0)
      side.line(
        `${run} has no checkpoints yet; any event that ends a decision can be forked from.`,
      );
    else {
      const zone = zoneIn(company.folder);
      const rows = checkpoints.map((one) => [
        { text: one.id },
        { text: String(one.seq) },
        { text: momentIn(Date.parse(one.at), zone) },
        { text: plain(one.phaseName) },
        { text: plain(one.step) },
        { text: keptIn(one, company.archiveOf(run) !== null) },
      ]);
      for (const line of tableLines(columnsIn(zone), rows, answer.columns)) answer.line(line);
    }
    return EXIT.done;
  });
}

function keptIn({ isKept, storage }: CheckpointListed, isArchived: boolean): string {
  if (isArchived) return "its archive";
  return isKept ? storage : `${storage}, not yet`;
}

const columnsIn = (zone: string): readonly Column[] => [
  { title: "CHECKPOINT" },
  { title: "EVENT" },
  { title: `AT (${zone})` },
  { title: "PHASE", least: 8, goes: 2 },
  { title: "AFTER STEP", least: 8, goes: 1 },
  { title: "KEPT IN" },
];
