import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { EXIT } from "./exit.ts";
import { HELP } from "./help-text.ts";
import { isNpmStart } from "./npm-start.ts";
import { openTerminal, type Terminal } from "./output/index.ts";
import { addAgents } from "./program/agents.ts";
import { addArtifacts } from "./program/artifacts.ts";
import { addBudgets } from "./program/budgets.ts";
import { addCases } from "./program/cases.ts";
import { addCheckpoints } from "./program/checkpoints.ts";
import { addConfig } from "./program/config.ts";
import { addInbox, inboxAlone } from "./program/inbox.ts";
import { addCompletion, addKeeping } from "./program/keeping.ts";
import { addMap } from "./program/map.ts";
import { addReviewing } from "./program/reviewing.ts";
import { addInit, addStart } from "./program/start.ts";
import { addSteering } from "./program/steering.ts";
import { addTest } from "./program/test.ts";
import type { Surroundings } from "./surroundings.ts";
import {
  aboutRun,
  type Choose,
  collected,
  examples,
  numeral,
  positive,
  takeOtherSpellings,
  type Verb,
  withOptions,
} from "./verb.ts";
import { verbMeant } from "./verb-meant.ts";

/**
 * Runs one command. Each verb is loaded only when it is called.
 *
 * @param words after the program's name
 * @returns the exit code
 * @throws whatever a verb throws: a MusterError for the world, anything else is a fault of ours
 */
export async function program(
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const terminal = terminalFor(words, surroundings);
  if (words.every((word) => word === "--json")) return await withoutWords(terminal, surroundings);
  let verb: Verb | null = null;
  const root = commands(terminal, (chosen) => {
    verb = chosen;
  });
  try {
    await root.parseAsync([...verbMeant(root, inboxAlone(words))], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  const chosen = verb as Verb | null;
  if (chosen === null) return EXIT.done;
  const folder: unknown = folderIn(root);
  return await chosen({
    surroundings,
    terminal,
    folder: typeof folder === "string" ? folder : null,
  });
}

/** Alone, `npm start` shows what Muster does, and `muster` how to use it. */
async function withoutWords(terminal: Terminal, surroundings: Surroundings): Promise<number> {
  if (isNpmStart(surroundings.env))
    return await (await import("./company/start.ts")).start({
      surroundings,
      terminal,
      folder: null,
    });
  commands(terminal, () => undefined).outputHelp();
  return EXIT.done;
}

/** Before the command is read, since a command that cannot be read is complained of as JSON too. */
export function terminalFor(
  words: readonly string[],
  { stdout, stderr, env }: Surroundings,
): Terminal {
  return openTerminal({ stdout, stderr }, env, words.includes("--json"));
}

function commands(terminal: Terminal, choose: Choose): Command {
  const root = new Command("muster")
    .description("Puts AI agents to work under a company's own command.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.answer.line(text.trimEnd()),
      writeErr: (text) => terminal.side.line(text.trimEnd()),
    })
    .addHelpText("after", HELP);
  withOptions(root);
  addInit(root, choose);
  addCheck(root, choose);
  addRun(root, choose);
  addDryRun(root, choose);
  addRuns(root, choose);
  addInbox(root, choose);
  addAgents(root, choose);
  addCases(root, choose);
  addMap(root, choose);
  addPublish(root, choose);
  addCheckpoints(root, choose);
  addArtifacts(root, choose);
  addConfig(root, choose);
  addKeeping(root, choose);
  addCompletion(root, choose);
  addTest(root, choose);
  addStart(root, choose);
  for (const command of root.commands) takeOtherSpellings(command);
  sayOwnHelp(terminal, root, "muster");
  return root;
}

function addCheck(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("check")
      .argument("[file]", "a workflow's file or name; without it, everything in the folder")
      .description("find every problem of a definition at once, and what could be better")
      .option("--advice", "list the advice on everything in the folder, too"),
  )
    .addHelpText("after", examples("muster check", "muster check workflows/refund.yaml --json"))
    .action((file: string | undefined, options: { readonly advice?: boolean }) =>
      choose(async (context) => (await import("./check.ts")).check(context, file ?? null, options)),
    );
}

function addRun(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("run")
      .argument("<file>", "a workflow's file or name")
      .argument("[params...]", "key=value: numbers and lists as declared, a,b or JSON, @file")
      .option("--params <file>", "a YAML or JSON file with params")
      .option("--config <key=value>", "a setting for this run; as often as needed", collected)
      .option(
        "--bind <step.inputs.name=value>",
        "an input for this run: a value, @file or https://…",
        collected,
      )
      .option("--sample <number>", "each goes through so many of its first items", numeral)
      .option("--no-cache", "do every step, also one whose result would be used again")
      .option("--request-id <id>", "the same id again is the same run, for thirty days")
      .option("--subject <name>", "whose data it works with: what is kept of them can be erased")
      .option("--no-wait", "give the run's id and end; muster runs resume goes on with it")
      .description("run a workflow to its end"),
  )
    .addHelpText(
      "after",
      examples(
        "muster run onboarding.yaml batch_size=50 compliance_required=HIPAA,SOC2",
        "muster run refund --params refund.json --request-id mail-4711 --json",
        "muster run onboarding.yaml --config max_concurrency=10 --bind step2.inputs.pricing=@pricing.json",
      ),
    )
    .action((file: string, pairs: readonly string[], options: RunFlags) =>
      choose(async (context) =>
        (await import("./runs/run.ts")).run(context, file, { pairs, options }),
      ),
    );
}

function addDryRun(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("dry-run")
      .argument("<file>", "a workflow's file or name")
      .argument("[params...]", "key=value, as for run")
      .option("--params <file>", "a YAML or JSON file with params")
      .option("--config <key=value>", "a setting, as for run", collected)
      .option("--bind <step.inputs.name=value>", "an input, as for run", collected)
      .option("--sample <number>", "as for run", numeral)
      .option("--rehearsals <number>", "how often it is drawn from past runs", numeral)
      .option("--seed <number>", "the same number draws the same", numeral)
      .description("say what a run would do: order, time, price, where it may fail"),
  )
    .addHelpText(
      "after",
      examples("muster dry-run onboarding.yaml batch_size=50", "muster dry-run refund --json"),
    )
    .action((file: string, pairs: readonly string[], options: DryRunFlags) =>
      choose(async (context) =>
        (await import("./runs/dry-run.ts")).dryRun(context, file, { pairs, options }),
      ),
    );
}

type DryRunFlags = Omit<RunFlags, "wait" | "requestId" | "subject"> & {
  readonly rehearsals?: number;
  readonly seed?: number;
};

type RunFlags = {
  readonly params?: string;
  readonly requestId?: string;
  readonly subject?: string;
  readonly wait: boolean;
  readonly config?: readonly string[];
  readonly bind?: readonly string[];
  readonly sample?: number;
  readonly cache?: boolean;
};
type ListFlags = {
  readonly status?: readonly string[];
  readonly workflow?: string;
  readonly most: number;
};

function addRuns(root: Command, choose: Choose): void {
  const runs = root.command("runs").description("look at runs and steer them");
  withOptions(
    runs
      .command("list")
      .option("--status <status...>", "only runs in these states")
      .option("--workflow <name>", "only runs of this workflow")
      .option("--most <number>", "at most so many, newest first", positive, RUNS_LISTED_MOST)
      .description("list runs, newest first"),
  ).action((options: ListFlags) =>
    choose(async (context) => (await import("./runs/list.ts")).runsList(context, options)),
  );
  withOptions(aboutRun(runs, "show").description("show a run as it is now")).action((run: string) =>
    choose(async (context) => (await import("./runs/show.ts")).runsShow(context, run)),
  );
  withOptions(aboutRun(runs, "watch").description("follow a run as it goes on, to its end")).action(
    (run: string) =>
      choose(async (context) => (await import("./runs/watch.ts")).runsWatch(context, run)),
  );
  withOptions(
    aboutRun(runs, "events")
      .option("--follow", "also those to come, until the run has ended", false)
      .option("--after <seq>", "only those after this number", numeral, 0)
      .description("print a run's log; with --json one object a line"),
  ).action((run: string, options: { readonly follow: boolean; readonly after: number }) =>
    choose(async (context) => (await import("./runs/events.ts")).runsEvents(context, run, options)),
  );
  withOptions(
    aboutRun(runs, "why-waiting").description("name what each open step waits for"),
  ).action((run: string) =>
    choose(async (context) => (await import("./runs/why-waiting.ts")).runsWhyWaiting(context, run)),
  );
  withOptions(
    runs
      .command("advise")
      .argument("<workflow>", "a workflow's name or file")
      .description("what past runs show could be better, with figures"),
  ).action((workflow: string) =>
    choose(async (context) => (await import("./runs/advise.ts")).runsAdvise(context, workflow)),
  );
  addReviewing(runs, choose);
  addBudgets(runs, choose);
  addSteering(runs, choose);
}

const RUNS_LISTED_MOST = 20;

function addPublish(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("publish")
      .argument("<event>", "its name, as a wait names it")
      .argument("[values...]", "name=value: JSON or text, @file")
      .option("--key <key>", "which of many, as a wait names it: an order's number")
      .option("--id <id>", "the same id again is the same event, for thirty days")
      .option("--no-wait", "tell the runs and end; they go on later")
      .description("publish an event, and go on with the runs that wait for it"),
  )
    .addHelpText(
      "after",
      examples(
        "muster publish payment --key A1 amount=120",
        "muster publish payment --key A1 invoice=@invoice.json --id mail-4711 --json",
      ),
    )
    .action((event: string, pairs: readonly string[], options: PublishFlags) =>
      choose(async (context) =>
        (await import("./steering/publish.ts")).publish(context, event, { pairs, options }),
      ),
    );
}

type PublishFlags = { readonly key?: string; readonly id?: string; readonly wait: boolean };

/** The folder given at the verb, else the one given before it. */
function folderIn(root: Command): unknown {
  const options = [...commandsUnder(root)].map((command) => command.opts<{ folder?: string }>());
  return options.findLast(({ folder }) => folder !== undefined)?.folder;
}

function* commandsUnder(command: Command): Generator<Command> {
  yield command;
  for (const child of command.commands) yield* commandsUnder(child);
}

/** Who writes a verb wrongly is sent to the help of that verb. */
function sayOwnHelp(terminal: Terminal, command: Command, name: string): void {
  command.configureOutput({ outputError: (text) => usageError(terminal, name, text) });
  for (const child of command.commands) sayOwnHelp(terminal, child, `${name} ${child.name()}`);
}

/** Commander's sentence in our form: what is wrong, and the mend. */
function usageError(terminal: Terminal, command: string, text: string): void {
  const [first = "", ...rest] = text.trim().split("\n");
  const message = first.replace(/^error: /, "");
  const mend = [
    ...rest.map((line) => line.trim().replaceAll(/[()]/g, "")),
    `See: ${command} --help`,
  ];
  if (terminal.json)
    terminal.side.line(
      JSON.stringify({ error: { code: "usage", message, where: null, mend: mend.join(" ") } }),
    );
  else
    terminal.side.line(
      `${terminal.side.paint("red", "error:")} ${message}\n  mend: ${mend.join(" ")}`,
    );
}

function version(): string {
  const file = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version: text } = JSON.parse(file) as { readonly version: string };
  return text;
}
