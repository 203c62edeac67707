import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readCsv } from "./parts/csv.ts";
import { type Answer, invalidInput, type Task, type Tools, text } from "./parts/protocol.ts";

const FOLDER = resolve(import.meta.dirname, "..");

/** What sales says about a market. */
export type Market = {
  readonly country: string;
  readonly companies: number;
  readonly growth_percent: number;
};

/**
 * Reads market figures by country. They are nice to have: a source that was not delivered is a
 * degradable error, so that the work goes on without them.
 */
export async function attempt(task: Task, tools: Tools, abort: AbortSignal): Promise<Answer> {
  const source = text(task.inputs["source"]);
  let written: string;
  try {
    written = await readFile(resolve(FOLDER, source), { encoding: "utf8", signal: abort });
  } catch (error) {
    abort.throwIfAborted();
    return unavailable(source, error);
  }
  const [header, ...rows] = readCsv(written).records;
  if (header?.fields.map((field) => field.text).join() !== "country,companies,growth_percent") {
    return invalidInput(`${source}:1  the header is not country,companies,growth_percent.`);
  }
  const markets: Market[] = rows.map(({ fields: [country, companies, growth] }) => ({
    country: country?.text ?? "",
    companies: Number(companies?.text),
    growth_percent: Number(growth?.text),
  }));
  const wrong = markets.findIndex(
    ({ companies, growth_percent }) => !(companies >= 0 && Number.isFinite(growth_percent)),
  );
  if (wrong >= 0) {
    return invalidInput(
      `${source}:${rows[wrong]?.line}  companies and growth_percent are numbers.`,
    );
  }
  tools.log(`${source}: ${markets.length} markets`);
  return { outputs: { markets } };
}

function unavailable(source: string, error: unknown): Answer {
  const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
  const why = isAbsent ? "is not in this folder" : "cannot be read";
  return {
    error: {
      class: "degradable",
      kind: "non_critical_data_missing",
      message: `Data source unavailable: ${source} ${why}. Sales delivers it; an example is examples/market-analytics.csv.`,
      certain: true,
    },
  };
}
