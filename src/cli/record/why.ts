import { parseRunId } from "../../core/id.ts";
import type { Problem } from "../../core/problem.ts";
import {
  WHY_ITEMS,
  type Why,
  type WhyLine,
  whyAsHtml,
  whyAsMarkdown,
} from "../../core/why/index.ts";
import { type Company, type WhyAsked, zoneIn } from "../../engine/company/index.ts";
import { caseNamed } from "../cases/named.ts";
import { EXIT } from "../exit.ts";
import { hanging, momentIn, plain } from "../output/index.ts";
import { runNamed } from "../runs/run-name.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

type Asked = {
  readonly of: string;
  readonly id: string | undefined;
  readonly md?: boolean;
  readonly html?: boolean;
};

/** `muster why CASE|RUN`, `muster why ENTITY ID`: the seven answers, on one page. */
export async function why(context: Context, asked: Asked): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const named = namedBy(company, asked);
    if ("code" in named) return refuse(context, [named]);
    const told = await company.why(named);
    if (told.problems !== undefined) return refuse(context, told.problems);
    const { answer, json } = context.terminal;
    const zone = zoneIn(company.folder);
    if (json) answer.line(JSON.stringify(told.why));
    else if (asked.html === true) answer.line(whyAsHtml(told.why, zone).trimEnd());
    else if (asked.md === true) answer.line(whyAsMarkdown(told.why, zone).trimEnd());
    else for (const line of linesOf(context, told.why, zone)) answer.line(line);
    return EXIT.done;
  });
}

/** A name that is a case's is looked for among cases, any other among runs; `case` and `run` may stand before it. */
function namedBy(company: Company, { of, id }: Asked): WhyAsked | Problem {
  if (id !== undefined)
    return isKindOf(of, id) ? namedBy(company, { of: id, id: undefined }) : { entity: of, id };
  const run = parseRunId(of);
  if (run !== null && company.archiveOf(run) !== null) return { stream: run };
  const found = of.startsWith("cs_") ? caseNamed(company, of) : runNamed(company, of);
  return typeof found === "string" ? { stream: found } : found;
}

/** A record may be called a case or a run in the company's own systems: its id begins otherwise. */
function isKindOf(kind: string, id: string): boolean {
  const isLast = id === "last" && kind === "run";
  return (
    isLast || (kind === "case" && id.startsWith("cs_")) || (kind === "run" && id.startsWith("wf_"))
  );
}

function linesOf({ terminal }: Context, page: Why, zone: string): readonly string[] {
  const { answer } = terminal;
  const { paint } = answer;
  const parts = WHY_ITEMS.flatMap(([item, title]) => {
    const lines = page.items[item];
    const head = paint("bold", title);
    if (lines.length === 0) return ["", `${head}: ${paint("dim", "nothing")}`];
    return ["", head, ...lines.flatMap((line) => lineOf(line, { paint, zone }))];
  });
  const erased =
    page.erased.length === 0 ? [] : [`What was kept of ${page.erased.join(", ")} is erased.`];
  const head = [paint("bold", plain(page.of)), plain(page.outcome), `Times are ${zone}.`];
  const all = [...head, ...erased, ...parts];
  // In a pipe, a line is one thing; on a terminal, words are not torn.
  if (!answer.isLive) return all;
  return all.flatMap((line) => (line === "" ? [""] : hanging(line, answer.columns)));
}

type Shown = { readonly paint: Context["terminal"]["answer"]["paint"]; readonly zone: string };

function lineOf(line: WhyLine, { paint, zone }: Shown): readonly string[] {
  const { at, event, text, more, quoted, isGrave } = line;
  const mark = isGrave === true ? paint("red", "!") : " ";
  const words = quoted === undefined || quoted === "" ? [] : quoted.split("\n");
  return [
    `${mark} ${plain(text)}  ${paint("dim", `${momentIn(Date.parse(at), zone)} ${event}`)}`,
    ...more.filter((one) => one !== "").map((one) => `    ${plain(one)}`),
    ...words.map((one) => `    │ ${plain(one)}`),
  ];
}
