import type { Command } from "commander";
import { nearest } from "../core/expression/index.ts";

const HELP: ReadonlySet<string> = new Set(["-h", "--help"]);

/**
 * The words as Commander is to read them: `help runs list` is `runs list --help`. A word in the place of a
 * verb that is none is complained of, with the help or without it: the help of something else is no answer.
 *
 * @throws as the command does that is told of the error
 */
export function verbMeant(root: Command, words: readonly string[]): readonly string[] {
  let command = root;
  let asksHelp = false;
  const read: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word.startsWith("-")) {
      const taken = wordsOfOption(command, word);
      if (taken === 0) break;
      read.push(...words.slice(at, at + taken));
      at += taken - 1;
      continue;
    }
    if (word === "help") {
      asksHelp = true;
      continue;
    }
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) {
      if (command.registeredArguments.length > 0) break;
      return noVerb(command, word);
    }
    read.push(word);
    command = next;
    // What follows a verb is its own.
    if (command.commands.length === 0)
      return [...read, ...words.slice(at + 1), ...(asksHelp ? ["--help"] : [])];
  }
  return asksHelp && !words.some((word) => HELP.has(word)) ? [...read, "--help"] : words;
}

/** An option with its value; 0: the command has no such option, and says so itself. */
function wordsOfOption(command: Command, word: string): number {
  if (HELP.has(word)) return 1;
  for (const { short, long, required } of command.options) {
    if (word === short || word === long) return required ? 2 : 1;
    if (required && (word.startsWith(`${long}=`) || (short && word.startsWith(short)))) return 1;
  }
  return 0;
}

function noVerb(command: Command, word: string): never {
  const verbs = command.createHelp().visibleCommands(command);
  const near = nearest(
    word,
    verbs.map((one) => one.name()),
  );
  const mend = near === null ? "" : `\n(Did you mean ${near}?)`;
  return command.error(`error: unknown command '${word}'${mend}`);
}
