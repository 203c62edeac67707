import { type ArtifactListed, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { type Cell, type Column, momentIn, plain, tableLines } from "../output/index.ts";
import { runNamed } from "../runs/run-name.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster artifacts list [RUN]`: outputs of steps above 4 KiB, and what was put, newest first. */
export async function artifactsList(context: Context, name: string | null): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const run = name === null ? null : runNamed(company, name);
    if (run !== null && typeof run !== "string") return refuse(context, [run]);
    const { answer, side, json } = context.terminal;
    const { artifacts, isMore } = (run === null ? company.artifacts() : company.artifacts(run)) ?? {
      artifacts: [],
      isMore: false,
    };
    if (json) {
      answer.line(JSON.stringify({ artifacts, isMore }));
      return EXIT.done;
    }
    if (artifacts.length === 0)
      side.line("There is none: outputs up to 4 KiB stand in the log itself.");
    else {
      const zone = zoneIn(company.folder);
      const rows = artifacts.map((one) => cells(one, zone));
      for (const line of tableLines(columnsIn(zone), rows, answer.columns)) answer.line(line);
    }
    if (isMore) side.line("Older runs were not looked through: name one.");
    return EXIT.done;
  });
}

function cells(one: ArtifactListed, zone: string): readonly Cell[] {
  const from = one.run === null ? `put by ${one.by}` : one.run;
  const name = one.kind === "file" ? `${plain(one.name)} (file)` : plain(one.name);
  return [one.digest, String(one.bytes), momentIn(Date.parse(one.at), zone), plain(from), name].map(
    (text) => ({
      text,
    }),
  );
}

const columnsIn = (zone: string): readonly Column[] => [
  { title: "DIGEST" },
  { title: "BYTES" },
  { title: `AT (${zone})` },
  { title: "FROM", least: 8, goes: 2 },
  { title: "NAME", least: 8, goes: 1 },
];
