import type { MapAsked } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster which TOOL [as AGENT] [in REQUEST]`. */
export async function which(
  context: Context,
  words: readonly string[],
  { of }: { readonly of?: number },
): Promise<number> {
  const question = questionIn(words.join(" "));
  if (question === null)
    return refuse(context, [
      {
        code: "bad-input",
        message: `"${words.join(" ")}" is no question about a tool.`,
        mend: 'Write: muster which TOOL, or "TOOL as AGENT in REQUEST".',
      },
    ]);
  return await withCompany(context, { perform: false }, async (company) => {
    const asked = await company.whichMay(question, of ?? "files");
    if (asked.answers === null) return refuse(context, asked.problems);
    const { answer, json } = context.terminal;
    if (json) answer.line(JSON.stringify(asked.answers));
    else for (const line of linesOf(asked.answers)) answer.line(line);
    return EXIT.done;
  });
}

type Question = { readonly tool: string; readonly agent?: string; readonly request?: string };

function questionIn(text: string): Question | null {
  const found = /^\s*(\S+)(?:\s+as\s+(\S+))?(?:\s+in\s+(\S+))?\s*$/.exec(text);
  if (found === null) return null;
  const [, tool = "", agent, request] = found;
  return {
    tool,
    ...(agent === undefined ? {} : { agent }),
    ...(request === undefined ? {} : { request }),
  };
}

type Answers = NonNullable<MapAsked["answers"]>;

const VERDICTS: Readonly<Record<Answers[number]["verdict"], string>> = {
  allow: "may",
  ask: "asks people",
  deny: "may not",
  depends: "may, and it depends",
};

function linesOf(answers: Answers): readonly string[] {
  return answers.flatMap(({ agent, requests, verdict, check, why }, at) => {
    const isNew = answers[at - 1]?.agent !== agent;
    const of = requests.length === 0 ? "" : `${plain(`in ${requests.join(", ")}`)}: `;
    const against = verdict === "deny" && check !== null ? ` (check: ${check})` : "";
    return [
      ...(isNew ? [plain(agent)] : []),
      `  ${of}${VERDICTS[verdict]}${against}`,
      ...why.map((one) => `    ${plain(one)}`),
    ];
  });
}
