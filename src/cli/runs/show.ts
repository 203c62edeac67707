import { type History, settingsOf, viewOf } from "../../core/history/index.ts";
import { isObject } from "../../core/json.ts";
import { zoneIn } from "../../engine/company/index.ts";
import { atRestLine } from "../at-rest.ts";
import { asTyped } from "../command.ts";
import { EXIT } from "../exit.ts";
import { answer, outputsOf } from "../following/finish.ts";
import { readHistory } from "../following/read-history.ts";
import {
  dayAndTime,
  findingLines,
  plain,
  resultLines,
  settingLines,
  treeLines,
  voterWords,
} from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withRunOrFile } from "../with-run.ts";

/** `muster runs show RUN`: the run as it is now: its tree, what needs a person, and what it came to. */
export async function runsShow(context: Context, name: string): Promise<number> {
  return await withRunOrFile(context, { name, perform: false }, async (company, run) => {
    const history = await readHistory(company, run);
    const { terminal, surroundings } = context;
    const { answer: out } = terminal;
    if (terminal.json) await answer(context, company, history);
    else {
      const summary = await company.summary(run);
      const rest = await atRestLine(context, company, run);
      const lines = [
        ...treeLines(history, out, { now: surroundings.now(), zone: zoneIn(company.folder) }),
        ...(rest === null ? [] : ["", rest]),
        ...openLines(history, zoneIn(company.folder)),
        ...findingLines(await company.findings(run), out.paint).map((line) =>
          asTyped(context, company.folder, line),
        ),
        ...settingsIn(history),
        ...resultLines(history, { outputs: outputsOf(company, history), summary }, out),
      ];
      for (const line of lines) out.line(line);
    }
    return EXIT.done;
  });
}

function openLines(history: History, zone: string): readonly string[] {
  const { gates, gateCount, exceptions, exceptionCount } = viewOf(history);
  return [
    ...(gateCount > 0 ? ["", `Open gates: ${gateCount}`] : []),
    ...gates.flatMap(({ key, path, ask, from, need, votes, openedAt }) => [
      `- ${plain(path)} (${history.run}.${key}), since ${dayAndTime(openedAt, zone)}: ${plain(ask)}`,
      `  ${votes.length} of ${need} decided; from ${from.map(plain).join(", ") || "anyone who may"}`,
      ...votes.map(
        ({ allow, reason, ...by }) =>
          `  ${voterWords(by)} ${allow ? "approves" : "rejects"}${reason ? `: ${plain(reason)}` : ""}`,
      ),
    ]),
    ...(exceptionCount > 0 ? ["", `Open exceptions: ${exceptionCount}`] : []),
    ...exceptions.flatMap(({ path, owner, error, look, at }) => [
      `- ${plain(path)}, owner ${plain(owner)}, since ${dayAndTime(at, zone)}: ${plain(error.message)}`,
      `  ${plain(look)}`,
    ]),
  ];
}

/** What the run goes by, and whose word each is. */
function settingsIn(history: History): readonly string[] {
  const { bound } = history;
  const settings = settingLines(settingsOf(history), true);
  const inputs = Object.entries(bound).map(([name, from]) => {
    const source = isObject(from) ? from["from"] : null;
    return `- ${plain(name)}  run  ${typeof source === "string" ? plain(source) : ""}`;
  });
  return [
    "",
    "Settings:",
    ...settings.map((line) => `- ${line}`),
    ...(inputs.length === 0 ? [] : ["", "Inputs set for this run:", ...inputs]),
  ];
}
