import { type Command, Option } from "commander";
import type { Whose } from "../inbox/list.ts";
import { type Choose, collected, examples, withOptions } from "../verb.ts";
import { addApprovals, addHalt, asPerson, withPerson } from "./approvals.ts";

const TASK = "RUN/STEP as inbox list prints it, RUN.KEY, or a run with one open task";
const ITEM = "RUN.KEY or RUN/STEP as inbox list prints it, a run with one of them open, or: last";
const GATE = "RUN.KEY as inbox list prints it, or a run with one open gate";

/** Options of the list that a value follows. */
const VALUED: ReadonlySet<string> = new Set(["-C", "--folder", "--by", "--team"]);

/** `muster inbox` alone is its list; a word that is no verb is still complained of as such. */
export function inboxAlone(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  const isHelp = rest.some((word) => word === "-h" || word === "--help");
  const isVerb = rest.some((word, at) => !word.startsWith("-") && !VALUED.has(rest[at - 1] ?? ""));
  return first === "inbox" && !isHelp && !isVerb ? ["inbox", "list", ...rest] : words;
}

/** What people decide, and what they do. */
export function addInbox(root: Command, choose: Choose): void {
  const inbox = root.command("inbox").description("decide and do what waits for a person");
  withPerson(
    inbox
      .command("list")
      .option("--mine", "only what is for you, or for whom you decide")
      .option("--team <name>", "only what is for people of this team or role")
      .description("list gates, tasks and exceptions that wait, the most urgent first"),
  ).action((options: By & Whose) =>
    choose(
      asPerson(options, async (context) =>
        (await import("../inbox/list.ts")).inboxList(context, options),
      ),
    ),
  );
  withPerson(
    inbox
      .command("walk")
      .description(
        "go through what waits, one after another, with single keys; in a pipe: the list",
      ),
  ).action((options: By) =>
    choose(
      asPerson(options, async (context) => (await import("../inbox/walk.ts")).inboxWalk(context)),
    ),
  );
  withOptions(
    inbox
      .command("show")
      .argument("<item>", ITEM)
      .description(
        "show all that a person needs to decide at a gate, to do a task, or to mend an exception",
      ),
  ).action((item: string) =>
    choose(async (context) => (await import("../inbox/show.ts")).inboxShow(context, item)),
  );
  withOptions(
    inbox
      .command("report")
      .option("--since <time>", "how far back: 30d, 12h", "30d")
      .description("say per rule how often people were asked, and what they said"),
  ).action((options: { readonly since: string }) =>
    choose(async (context) => (await import("../inbox/report.ts")).inboxReport(context, options)),
  );
  addAnswer(inbox, choose);
  addSteering(inbox, choose);
  addDecisions(inbox, choose);
  addApprovals(inbox, choose);
  addHalt(root, choose);
}

type By = { readonly by?: string };
type Flags = By & { readonly why?: string; readonly wait?: boolean; readonly verbose?: boolean };

const VERBOSE = "say every step as the run goes on, and its whole summary";

function addAnswer(inbox: Command, choose: Choose): void {
  withPerson(
    inbox
      .command("answer")
      .argument("<task>", TASK)
      .argument("[fields...]", "field=value: numbers and lists as asked for, a,b or JSON, @file")
      .option("--file <file>", "a YAML or JSON file with the fields")
      .option("--why <why>", "kept in the log", "")
      .option("--no-wait", "record the answer and end; the run goes on later")
      .option("--verbose", VERBOSE)
      .description("do a task, and go on with the run; or answer what was asked at a gate"),
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
          (await import("../inbox/task.ts")).inboxAnswer(context, item, {
            pairs,
            file: options.file ?? null,
            reason: options.why ?? "",
            wait: options.wait !== false,
            verbose: options.verbose === true,
          }),
        ),
      ),
    );
}

const STEERING = {
  claim: "take a task or a gate: nobody else answers it then",
  release: "give back what was claimed",
  decline: "say that a task cannot be done; what follows is the step's to say",
} as const;

function addSteering(inbox: Command, choose: Choose): void {
  for (const verb of ["claim", "release", "decline"] as const) {
    const command = inbox.command(verb).argument("<task>", TASK).description(STEERING[verb]);
    if (verb === "release") command.option("--why <why>", "kept in the log", "");
    if (verb === "decline")
      command
        .requiredOption("--why <why>", "kept in the log")
        .option("--no-wait", "record it and end; the run goes on later")
        .option("--verbose", VERBOSE);
    withPerson(command).action((item: string, options: Flags) =>
      choose(
        asPerson(options, async (context) =>
          (await import("../inbox/task.ts")).inboxSteer(context, item, {
            verb,
            reason: options.why ?? "",
            wait: options.wait !== false,
            verbose: options.verbose === true,
          }),
        ),
      ),
    );
  }
}

type Deciding = By & {
  readonly why: string;
  readonly wait: boolean;
  readonly verbose?: boolean;
  readonly for?: string;
  readonly only?: readonly string[];
  readonly but?: readonly string[];
  readonly when?: string;
};

function addDecisions(inbox: Command, choose: Choose): void {
  for (const [name, allow] of [
    ["approve", true],
    ["reject", false],
  ] as const) {
    const verb = inbox
      .command(name)
      .argument("<item>", GATE)
      .option("--no-wait", "record the decision and end; the run goes on later")
      .option("--verbose", VERBOSE)
      .option("--for <name>", "in whose place you decide, where they let you")
      .description(`${name} at a gate, and go on with the run`);
    if (allow)
      verb
        .addOption(
          new Option(
            "--only <number>",
            "of several actions permit this one, as inbox show numbers them: 1,3; again for more",
          ).argParser(collected),
        )
        .addOption(
          new Option(
            "--but <what>",
            "what stands in the way of the others; again for more",
          ).argParser(collected),
        )
        .option("--when <condition>", "allowed when this holds, and not before: has(case.photo)");
    const reasoned = allow
      ? verb.option("--why <why>", "kept in the log", "")
      : verb.requiredOption("--why <why>", "kept in the log");
    withPerson(reasoned).action((which: string, options: Deciding) =>
      choose(
        asPerson(options, async (context) => {
          const { why: reason, wait, verbose = false, only, but, when, for: of } = options;
          return (await import("../inbox/decide.ts")).inboxDecide(context, which, {
            how: name,
            reason,
            wait,
            verbose,
            ...(of === undefined ? {} : { for: of }),
            ...(only === undefined ? {} : { only }),
            ...(but === undefined ? {} : { blocks: but }),
            ...(when === undefined ? {} : { when }),
          });
        }),
      ),
    );
  }
}
