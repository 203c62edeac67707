import type { Command } from "commander";
import type { Company } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { folderOf } from "../folder.ts";
import { plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";

/** What a word may become, and a few words about it. */
export type Candidate = { readonly word: string; readonly about: string };

type Named = "run" | "case" | "workflow" | "agent";

/** Names that only the company knows, asked for when a word stands where one belongs. */
export type Names = (of: Named) => Promise<readonly Candidate[]>;

/** Runs that are offered, newest first. */
const RUNS_OFFERED_MOST = 50;

/** `muster complete -- WORDS`: for the scripts of `muster completion`; one candidate a line, and about it after a tab. */
export async function complete(
  context: Context,
  root: Command,
  words: readonly string[],
): Promise<number> {
  const found = await candidates(root, words, (of) => namesIn(context, words, of));
  for (const { word, about } of found)
    context.terminal.answer.line(about === "" ? word : `${word}\t${plain(about)}`);
  return EXIT.done;
}

/** @param words all after the program's name; the last is what is being written, "" where nothing is yet */
export async function candidates(
  root: Command,
  words: readonly string[],
  names: Names,
): Promise<readonly Candidate[]> {
  const written = words.at(-1) ?? "";
  const { command, args, pending } = walked(root, words.slice(0, -1));
  const all =
    pending !== null
      ? []
      : written.startsWith("-")
        ? optionsOf(command)
        : command.commands.length > 0
          ? // What stands after a verb that there is not is anybody's guess.
            args > 0
            ? []
            : verbsOf(command)
          : await argumentsOf(command, args, names);
  return all.filter(({ word }) => word.startsWith(written));
}

type Walked = {
  readonly command: Command;
  /** Words that are arguments of it. */
  readonly args: number;
  /** An option whose value comes next. */
  readonly pending: string | null;
};

function walked(root: Command, words: readonly string[]): Walked {
  let command = root;
  let args = 0;
  let pending: string | null = null;
  for (const word of words) {
    if (pending !== null) pending = null;
    else if (word.startsWith("-")) pending = wantsValue(command, word) ? word : null;
    else {
      const below = command.commands.find((one) => one.name() === word);
      if (below === undefined) args += 1;
      else command = below;
    }
  }
  return { command, args, pending };
}

function wantsValue(command: Command, word: string): boolean {
  const option = command.options.find(({ short, long }) => short === word || long === word);
  return option !== undefined && (option.required || option.optional);
}

function verbsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ word: one.name(), about: one.description() }));
}

function optionsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long == null ? [] : [{ word: long, about: description }]));
}

/** By the name that an argument has in its verb; of others the shell names files. */
const KNOWN: Readonly<Record<string, Named>> = {
  run: "run",
  a: "run",
  b: "run",
  case: "case",
  file: "workflow",
  workflow: "workflow",
  agent: "agent",
  name: "agent",
};

async function argumentsOf(
  command: Command,
  args: number,
  names: Names,
): Promise<readonly Candidate[]> {
  const argument = command.registeredArguments[args];
  const of = argument === undefined ? undefined : KNOWN[argument.name()];
  return of === undefined ? [] : await names(of);
}

/** What cannot be read is no reason to disturb who is writing a command. */
async function namesIn(
  context: Context,
  words: readonly string[],
  of: Named,
): Promise<readonly Candidate[]> {
  const { surroundings } = context;
  const at = words.findLastIndex((word) => word === "-C" || word === "--folder");
  const given = at < 0 ? context.folder : (words[at + 1] ?? null);
  const found = folderOf(surroundings, { given });
  if ("code" in found) return [];
  try {
    await using company = await surroundings.openCompany(found.folder, {
      perform: false,
      begin: false,
      memory: false,
      trouble: () => undefined,
      line: () => undefined,
      progress: () => undefined,
    });
    return await namesOf(company, of);
  } catch {
    return [];
  }
}

async function namesOf(company: Company, of: Named): Promise<readonly Candidate[]> {
  if (of === "run")
    return [
      { word: "last", about: "the newest run" },
      ...company.runs({ most: RUNS_OFFERED_MOST }).map(({ stream, workflow, status }) => ({
        word: stream,
        about: `${workflow}, ${status}`,
      })),
    ];
  if (of === "case")
    return [
      { word: "last", about: "the newest case" },
      ...company.cases({ most: RUNS_OFFERED_MOST }).map(({ case: word, type, status }) => ({
        word,
        about: `${type ?? "no type yet"}, ${status}`,
      })),
    ];
  if (of === "workflow")
    return (await company.workflows()).map(({ name, description }) => ({
      word: name,
      about: description,
    }));
  return (await company.agents()).map(({ name, description }) => ({
    word: name,
    about: description,
  }));
}
