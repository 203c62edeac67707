import type { Command } from "commander";
import type { Context } from "./surroundings.ts";
import { type Choose, examples, type Verb, withOptions } from "./verb.ts";

const TASK = "RUN/STEP as inbox list prints it, RUN.KEY, or a run with one open task";
const GATE = "RUN.KEY as inbox list prints it, or a run with one open gate";

/** What people decide, and what they do. */
export function addInbox(root: Command, choose: Choose): void {
  const inbox = root.command("inbox").description("decide and do what waits for a person");
  withOptions(
    inbox.command("list").description("list gates, tasks and exceptions that wait"),
  ).action(() => choose(async (context) => (await import("./inbox-list.ts")).inboxList(context)));
  withOptions(
    inbox
      .command("show")
      .argument("<task>", TASK)
      .description("show all that a person needs to do a task"),
  ).action((item: string) =>
    choose(async (context) => (await import("./inbox-show.ts")).inboxShow(context, item)),
  );
  addAnswer(inbox, choose);
  addSteering(inbox, choose);
  addDecisions(inbox, choose);
}

type By = { readonly by?: string };
type Flags = By & { readonly reason?: string; readonly wait?: boolean };

function addAnswer(inbox: Command, choose: Choose): void {
  withPerson(
    inbox
      .command("answer")
      .argument("<task>", TASK)
      .argument("[fields...]", "field=value: numbers and lists as asked for, a,b or JSON, @file")
      .option("--file <file>", "a YAML or JSON file with the fields")
      .option("--reason <why>", "kept in the log", "")
      .option("--no-wait", "record the answer and end; the run goes on later")
      .description("do a task, and go on with the run"),
  )
    .addHelpText(
      "after",
      examples(
        "muster inbox answer wf_7q2m4x/review verdict=good pages=3",
        "muster inbox answer last --file review.yaml --by ana",
      ),
    )
    .action((item: string, pairs: readonly string[], options: Flags & { readonly file?: string }) =>
      choose(
        asPerson(options, async (context) =>
          (await import("./inbox-task.ts")).inboxAnswer(context, item, {
            pairs,
            file: options.file ?? null,
            reason: options.reason ?? "",
            wait: options.wait !== false,
          }),
        ),
      ),
    );
}

const STEERING = {
  claim: "take a task: nobody else answers it then",
  release: "give a task back that was claimed",
  decline: "say that a task cannot be done; what follows is the step's to say",
} as const;

function addSteering(inbox: Command, choose: Choose): void {
  for (const verb of ["claim", "release", "decline"] as const) {
    const command = inbox.command(verb).argument("<task>", TASK).description(STEERING[verb]);
    if (verb === "release") command.option("--reason <why>", "kept in the log", "");
    if (verb === "decline")
      command
        .requiredOption("--reason <why>", "kept in the log")
        .option("--no-wait", "record it and end; the run goes on later");
    withPerson(command).action((item: string, options: Flags) =>
      choose(
        asPerson(options, async (context) =>
          (await import("./inbox-task.ts")).inboxSteer(context, item, {
            verb,
            reason: options.reason ?? "",
            wait: options.wait !== false,
          }),
        ),
      ),
    );
  }
}

function addDecisions(inbox: Command, choose: Choose): void {
  for (const [name, allow] of [
    ["approve", true],
    ["reject", false],
  ] as const) {
    const verb = inbox
      .command(name)
      .argument("<item>", GATE)
      .option("--no-wait", "record the decision and end; the run goes on later")
      .description(`${name} at a gate, and go on with the run`);
    const reasoned = allow
      ? verb.option("--reason <why>", "kept in the log", "")
      : verb.requiredOption("--reason <why>", "kept in the log");
    withPerson(reasoned).action(
      (which: string, options: By & { readonly reason: string; readonly wait: boolean }) =>
        choose(
          asPerson(options, async (context) =>
            (await import("./inbox-decide.ts")).inboxDecide(context, which, {
              allow,
              reason: options.reason,
              wait: options.wait,
            }),
          ),
        ),
    );
  }
}

function withPerson(command: Command): Command {
  return withOptions(command).option("--by <name>", "who you are (default: MUSTER_PERSON, or you)");
}

/** A name given here goes before that of the surroundings. */
function asPerson({ by }: By, verb: Verb): Verb {
  if (by === undefined) return verb;
  return (context: Context) =>
    verb({ ...context, surroundings: { ...context.surroundings, person: by } });
}
