import { type Command, InvalidArgumentError, Option } from "commander";
import type { Context } from "./surroundings.ts";

/** What a command of the program does; it is loaded when it is called. @returns the exit code */
export type Verb = (context: Context) => Promise<number>;
export type Choose = (verb: Verb) => void;

export function aboutRun(runs: Command, name: string): Command {
  return runs.command(name).argument("<run>", "its id, the beginning of it, or: last");
}

/** What every verb takes. */
export function withOptions(command: Command): Command {
  return command
    .option("-C, --folder <dir>", "the company's folder (default: the nearest one upward)")
    .option("--json", "the answer, and an error, as JSON");
}

export function numeral(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number.");
}

/** At least one. */
export function positive(text: string): number {
  if (numeral(text) > 0) return Number(text);
  throw new InvalidArgumentError("It is a whole number from 1.");
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

/** Why somebody does something is told with `--why`; `--reason` is taken as well. */
export function takeOtherSpellings(command: Command): void {
  for (const child of command.commands) takeOtherSpellings(child);
  const said = command.options.map(({ long }) => long);
  const [known, other] = said.includes("--why") ? ["why", "reason"] : ["reason", "why"];
  if (!said.includes(`--${known}`) || said.includes(`--${other}`)) return;
  command.addOption(
    new Option(`--${other} <why>`).hideHelp().argParser((text: string) => {
      command.setOptionValue(known, text);
      return text;
    }),
  );
}

/** Of an option that may be written several times. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
