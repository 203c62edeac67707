import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../../core/problem.ts";
import { missed, readScenarios, type Scenario } from "../../core/scenario/index.ts";
import { playScenario } from "../../engine/scenarios/index.ts";
import { EXIT } from "../exit.ts";
import { folderOf } from "../folder.ts";
import { count, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";

/** In a company's folder. */
const TESTS = "tests";

/** `muster test`: plays the scenarios of the company's tests, each in a copy of the folder that is thrown away. */
export async function test(context: Context, only: string | undefined): Promise<number> {
  const { surroundings, terminal } = context;
  const found = folderOf(surroundings, { given: context.folder });
  if ("code" in found) return refuse(context, [found]);
  const { scenarios, problems } = scenariosIn(found.folder);
  if (problems.length > 0) return refuse(context, problems);
  const chosen = scenarios.filter(({ name }) => only === undefined || name.includes(only));
  if (chosen.length === 0) return refuse(context, [nothing(found.folder, only)]);
  let failed = 0;
  for (const scenario of chosen) {
    const said = missed(scenario.expect, await playScenario(found.folder, scenario));
    if (said.length > 0) failed += 1;
    const { name, where } = scenario;
    if (terminal.json)
      terminal.answer.line(JSON.stringify({ name, where, ok: said.length === 0, said }));
    else {
      terminal.answer.line(`${said.length === 0 ? "✓" : "✗"} ${plain(name)}`);
      for (const sentence of said) terminal.answer.line(`    ${plain(sentence)}`);
      if (said.length > 0) terminal.answer.line(`    at ${where}`);
    }
  }
  if (!terminal.json)
    terminal.answer.line(
      `${count(chosen.length, "scenario")}: ${chosen.length - failed} as expected, ${failed} not.`,
    );
  return failed === 0 ? EXIT.done : EXIT.failed;
}

function scenariosIn(folder: string): {
  readonly scenarios: readonly Scenario[];
  readonly problems: readonly Problem[];
} {
  const tests = join(folder, TESTS);
  const files = existsSync(tests) ? readdirSync(tests).filter((name) => /\.ya?ml$/.test(name)) : [];
  const read = files
    .toSorted()
    .map((name) =>
      readScenarios({ file: `${TESTS}/${name}`, text: readFileSync(join(tests, name), "utf8") }),
    );
  return {
    scenarios: read.flatMap(({ scenarios }) => scenarios),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function nothing(folder: string, only: string | undefined): Problem {
  return only === undefined
    ? {
        code: "not-found",
        message: `There are no scenarios in ${join(folder, TESTS)}.`,
        mend: "Write tests/NAME.yaml: see the guide, docs/guide/scenarios.md.",
      }
    : {
        code: "not-found",
        message: `No scenario's name has "${only}" in it.`,
        mend: "Leave it out to play all of them.",
      };
}
