import { EXIT } from "../exit.ts";
import { plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { noRule } from "./rules-list.ts";

/** `muster rules test [RULE]`: the examples beside each rule; one that is not met is a failure. */
export async function rulesTest(context: Context, name: string | null): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { rules, problems } = await company.rules();
    if (problems.length > 0) return refuse(context, problems);
    const meant = rules.filter(({ id }) => name === null || id === name);
    if (name !== null && meant.length === 0) return refuse(context, [noRule(name, rules)]);
    const results = meant.flatMap(({ id, where, examples }) =>
      examples.map((example) => ({ rule: id, where, ...example })),
    );
    const wrong = results.filter(({ isMet }) => !isMet);
    const { answer, json } = context.terminal;
    if (json) answer.line(JSON.stringify({ examples: results }));
    else {
      for (const { rule, where, name: example, expected, got, leaves } of wrong) {
        const what = plain(`${rule}, ${example}: ${expected} is expected, and it is ${got}.`);
        answer.line(`${plain(where)}  ${what}`);
        for (const leaf of leaves) answer.line(`  ${plain(leaf)}`);
      }
      const without = meant.filter(({ examples }) => examples.length === 0).length;
      answer.line(
        `${results.length - wrong.length} of ${results.length} examples are as expected${without > 0 ? `; ${without} of ${meant.length} rules have none` : ""}.`,
      );
    }
    return wrong.length > 0 ? EXIT.failed : EXIT.done;
  });
}
