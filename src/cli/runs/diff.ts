import { type Comparison, compareRuns, isAlike, type Side } from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import type { Json } from "../../core/json.ts";
import type { Company } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { outputsOf } from "../following/finish.ts";
import { readHistory } from "../following/read-history.ts";
import { duration, plain, valueLine } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withRunOrFile } from "../with-run.ts";

/** `muster runs diff A B`: where two runs are not the same, and how long each step took in both. */
export async function runsDiff(context: Context, one: string, two: string): Promise<number> {
  return await withRunOrFile(context, { name: one, perform: false }, async (company, a) => {
    const first = await sideOf(company, a);
    return await withRunOrFile(context, { name: two, perform: false }, async (other, b) => {
      tell(context, { a, b }, compareRuns(first, await sideOf(other, b)));
      return EXIT.done;
    });
  });
}

async function sideOf(company: Company, run: RunId): Promise<Side> {
  const history = await readHistory(company, run);
  const document = await company.document(run);
  const gathered = gatheredIn(document["phases"] ?? null);
  return {
    history,
    outputs: outputsOf(company, history),
    given: ({ record, path }) => {
      if (record.output === null) return gathered.get(path) ?? null;
      return company.read(record.output);
    },
  };
}

/** What each step gave, an `each` too, as the state document has it by the step's place. */
function gatheredIn(phases: Json): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  const walk = (steps: Json): void => {
    if (!Array.isArray(steps)) return;
    for (const step of steps as readonly { [key: string]: Json }[]) {
      if (typeof step["path"] === "string") found.set(step["path"], step["outputs"] ?? null);
      walk(step["steps"] ?? null);
    }
  };
  walk(phases);
  return found;
}

type Runs = { readonly a: RunId; readonly b: RunId };

function tell({ terminal }: Context, { a, b }: Runs, compared: Comparison): void {
  const { answer, json } = terminal;
  if (json) {
    answer.line(JSON.stringify({ a, b, alike: isAlike(compared), ...compared }));
    return;
  }
  const line = (name: string, { a: one, b: two }: { readonly a: Json; readonly b: Json }): void =>
    answer.line(`${name}: ${shown(one)} | ${shown(two)}`);
  answer.line(`${a} | ${b}`);
  if (isAlike(compared)) answer.line("They are alike in params, definition, steps and outputs.");
  if (compared.definition) line("definition", compared.definition);
  if (compared.status) line("status", compared.status);
  for (const one of compared.params) line(`param ${plain(one.name)}`, one);
  for (const one of compared.steps)
    if (one.name !== "inherited") line(`${plain(one.step)} ${one.name}`, one);
  for (const [side, run] of [
    ["a", a],
    ["b", b],
  ] as const) {
    const inherited = compared.steps.filter(
      (one) => one.name === "inherited" && one[side] === true,
    );
    if (inherited.length > 0)
      answer.line(`${run} inherited: ${inherited.map(({ step }) => plain(step)).join(", ")}`);
  }
  for (const one of compared.outputs) line(`output ${plain(one.name)}`, one);
  answer.line(`took: ${duration(compared.tookMs.a)} | ${duration(compared.tookMs.b)}`);
  for (const { step, a: one, b: two } of compared.durations)
    if (step !== "") answer.line(`  ${plain(step)}: ${duration(one)} | ${duration(two)}`);
}

const VALUE_COLUMNS = 60;

function shown(value: Json): string {
  return value === null ? "–" : valueLine(value, VALUE_COLUMNS);
}
