import type { CheckpointListed } from "../engine/company/index.ts";
import { EXIT } from "./exit.ts";
import { moment, plain, tableLines } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { withRunOrFile } from "./with-run.ts";

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
      const rows = checkpoints.map((one) => [
        { text: one.id },
        { text: String(one.seq) },
        { text: moment(Date.parse(one.at)) },
        { text: plain(one.phaseName) },
        { text: plain(one.step) },
        { text: keptIn(one, company.archiveOf(run) !== null) },
      ]);
      for (const line of tableLines(COLUMNS, rows, answer.columns)) answer.line(line);
    }
    return EXIT.done;
  });
}

function keptIn({ isKept, storage }: CheckpointListed, isArchived: boolean): string {
  if (isArchived) return "its archive";
  return isKept ? storage : `${storage}, not yet`;
}

const COLUMNS = [
  { title: "CHECKPOINT" },
  { title: "EVENT" },
  { title: "AT (UTC)" },
  { title: "PHASE", least: 8, goes: 2 },
  { title: "AFTER STEP", least: 8, goes: 1 },
  { title: "KEPT IN" },
] as const;
