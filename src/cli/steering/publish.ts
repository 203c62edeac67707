import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import type { RunId } from "../../core/id.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import type { Company, Published } from "../../engine/company/index.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { complain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

export type PublishOptions = {
  readonly key?: string;
  readonly id?: string;
  /** false with `--no-wait`: the runs are told and go on later. */
  readonly wait: boolean;
};

/** Runs that are named one by one; `--json` has all of them. */
const RUNS_NAMED_MOST = 20;

/**
 * `muster publish EVENT name=value …`: keeps an event, tells the runs that wait for it, and goes on
 * with them until they have ended or wait again.
 */
export async function publish(
  context: Context,
  event: string,
  given: { readonly pairs: readonly string[]; readonly options: PublishOptions },
): Promise<number> {
  const { cwd, person } = context.surroundings;
  const { key, id, wait } = given.options;
  const payload = payloadOf(given.pairs, cwd);
  if ("problems" in payload) return refuse(context, payload.problems);
  return await withCompany(context, { perform: true, begin: wait }, async (company) => {
    const published = await company.publish(event, payload.values, {
      by: person,
      ...(key === undefined ? {} : { key }),
      ...(id === undefined ? {} : { id }),
    });
    if (!published.kept) return refuse(context, published.problems);
    tell(context, published);
    return wait ? await goOn(context, company, published.told) : EXIT.done;
  });
}

function tell({ terminal, surroundings }: Context, { told, again, problems }: Published): void {
  if (terminal.json) return terminal.answer.line(JSON.stringify({ told, again, problems }));
  if (again) terminal.side.line("It was published before, under the same id.");
  const refused = problems.map((problem): Problem => ({ ...problem, severity: "warning" }));
  complain(terminal, refused.slice(0, RUNS_NAMED_MOST), surroundings.cwd);
  terminal.answer.line(`${told.length} ${told.length === 1 ? "run was" : "runs were"} told.`);
  if (told.length === 0)
    terminal.side.line("It is kept: a run that comes to wait for it takes it.");
}

/** Until each has ended, or waits for what this process cannot bring, or the person interrupts. */
async function goOn(context: Context, company: Company, runs: readonly RunId[]): Promise<number> {
  const { surroundings, terminal } = context;
  const interruption = Promise.withResolvers<"interrupted">();
  const release = surroundings.onInterrupt(() => interruption.resolve("interrupted"));
  try {
    for (const [at, run] of runs.entries()) {
      const how = await Promise.race([company.settled(run), interruption.promise]);
      if (how === "interrupted") {
        const resume = commandIn(context, company.folder)(`runs resume ${run}`);
        const how = company.isGuest ? "in the process at work." : `later: ${resume}`;
        terminal.side.line(`${run} goes on ${how}`);
        return EXIT.interrupted;
      }
      if (!terminal.json && at < RUNS_NAMED_MOST) terminal.side.line(`${run} is ${how.status}.`);
    }
    return EXIT.done;
  } finally {
    release();
  }
}

function payloadOf(
  pairs: readonly string[],
  cwd: string,
): { readonly values: JsonObject } | { readonly problems: readonly Problem[] } {
  const values: Record<string, Json> = {};
  const problems: Problem[] = [];
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const value = at < 1 ? notAPair(pair) : valueOf(pair.slice(at + 1), cwd);
    if ("code" in value) problems.push(value);
    else values[pair.slice(0, at)] = value.value;
  }
  return problems.length > 0 ? { problems } : { values };
}

/** JSON where it is JSON and nothing of it is lost, else a text; `@file` from a file. */
function valueOf(text: string, cwd: string): { readonly value: Json } | Problem {
  if (text.startsWith("@@")) return { value: text.slice(1) };
  if (text.startsWith("@")) return fileValue(resolve(cwd, text.slice(1)));
  try {
    const value = JSON.parse(text) as Json;
    // A number such as 1.50 or 12345678901234567890 would not be what was written.
    return { value: typeof value === "number" && String(value) !== text ? text : value };
  } catch {
    return { value: text };
  }
}

function fileValue(path: string): { readonly value: Json } | Problem {
  try {
    return { value: parse(readFileSync(path, "utf8")) as Json };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const mend = "Name a file of JSON or YAML after the @; @@ begins a text with @.";
    return { code: "bad-input", message: `${path} cannot be read: ${why}`, mend };
  }
}

function notAPair(pair: string): Problem {
  return {
    code: "bad-input",
    message: `"${pair}" is no name=value.`,
    mend: "Write what the event brings as name=value.",
  };
}
