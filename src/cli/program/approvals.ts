import { type Command, Option } from "commander";
import type { Context } from "../surroundings.ts";
import { type Choose, collected, examples, numeral, type Verb, withOptions } from "../verb.ts";

const GATE = "RUN.KEY as inbox list prints it, or a run with one open gate";
const WHY = "kept in the log";

/** What people do at gates beside approving and rejecting. */
export function addApprovals(inbox: Command, choose: Choose): void {
  addEdit(inbox, choose);
  addAsk(inbox, choose);
  addBulk(inbox, choose);
  addBreakGlass(inbox, choose);
  addDelegate(inbox, choose);
}

type By = { readonly by?: string };

function addEdit(inbox: Command, choose: Choose): void {
  withPerson(
    inbox
      .command("edit")
      .argument("<item>", GATE)
      .argument("<changes...>", "path=value: what is to be changed before it is allowed")
      .requiredOption("--why <why>", WHY)
      .description("change what a gate asks for; what was voted is void, and the rules run again"),
  )
    .addHelpText("after", examples("muster inbox edit last refund.amount=300 --why 'As agreed.'"))
    .action((item: string, pairs: readonly string[], options: By & { readonly why: string }) =>
      choose(
        asPerson(options, async (context) =>
          (await import("../inbox/gate.ts")).inboxGate(context, item, {
            verb: "edit",
            pairs,
            reason: options.why,
          }),
        ),
      ),
    );
}

function addAsk(inbox: Command, choose: Choose): void {
  withPerson(
    inbox
      .command("ask")
      .argument("<item>", GATE)
      .argument("<question...>", "what you want to know before you decide")
      .description("ask a question at a gate; it stays open, and its clock runs"),
  ).action((item: string, words: readonly string[], options: By) =>
    choose(
      asPerson(options, async (context) =>
        (await import("../inbox/gate.ts")).inboxGate(context, item, {
          verb: "ask",
          text: words.join(" "),
        }),
      ),
    ),
  );
}

function addBulk(inbox: Command, choose: Choose): void {
  const bulk = inbox
    .command("bulk")
    .description("decide many gates of one kind at once, each by a vote of its own");
  for (const [name, allow] of [
    ["approve", true],
    ["reject", false],
  ] as const) {
    const verb = bulk
      .command(name)
      .argument(
        "<items...>",
        "RUN.KEY, as inbox list prints them: of one rule, low risk, untainted",
      )
      .option("--no-wait", "record the decisions and end; the runs go on later")
      .description(`${name} all of them, or none`);
    const reasoned = allow
      ? verb.option("--why <why>", WHY, "")
      : verb.requiredOption("--why <why>", WHY);
    withPerson(reasoned).action(
      (items: readonly string[], options: By & { readonly why: string; readonly wait: boolean }) =>
        choose(
          asPerson(options, async (context) =>
            (await import("../inbox/bulk.ts")).inboxBulk(context, items, {
              allow,
              reason: options.why,
              wait: options.wait,
            }),
          ),
        ),
    );
  }
}

type Breaking = By & { readonly why: string; readonly wait: boolean; readonly verbose?: boolean };

function addBreakGlass(inbox: Command, choose: Choose): void {
  withPerson(
    inbox
      .command("break-glass")
      .argument("<item>", GATE)
      .requiredOption("--why <why>", WHY)
      .option("--no-wait", "record it and end; the run goes on later")
      .option("--verbose", "say every step as the run goes on, and its whole summary")
      .description(
        "in an emergency decide alone, with the role that the chain names; it is reviewed",
      ),
  ).action((item: string, options: Breaking) =>
    choose(
      asPerson(options, async (context) =>
        (await import("../inbox/decide.ts")).inboxDecide(context, item, {
          how: "break-glass",
          reason: options.why,
          wait: options.wait,
          verbose: options.verbose === true,
        }),
      ),
    ),
  );
  withPerson(
    inbox
      .command("reviewed")
      .argument("<item>", "RUN.KEY of a gate whose glass was broken, or last")
      .requiredOption("--why <what>", "what came of looking at it")
      .description("say what came of looking at what one person decided alone"),
  ).action((item: string, options: By & { readonly why: string }) =>
    choose(
      asPerson(options, async (context) =>
        (await import("../map/halt.ts")).inboxReviewed(context, item, options.why),
      ),
    ),
  );
}

type Delegating = By & {
  readonly until: string;
  readonly since?: string;
  readonly chain?: readonly string[];
  readonly why: string;
};

function addDelegate(inbox: Command, choose: Choose): void {
  const delegate = inbox
    .command("delegate")
    .description("let another decide in your place, for a time");
  withPerson(
    delegate
      .command("to")
      .argument("<person>", "by the name that decisions are recorded under")
      .requiredOption("--until <when>", "3d, 2w, or a date: 2026-11-30")
      .option("--since <when>", "from then on (default: now)")
      .addOption(
        new Option("--chain <name>", "only at gates of this chain; again for more").argParser(
          collected,
        ),
      )
      .option("--why <why>", WHY, "")
      .description("both names are kept with each decision; it goes no further"),
  ).action((to: string, options: Delegating) =>
    choose(
      asPerson(options, async (context) =>
        (await import("../inbox/delegate.ts")).inboxDelegate(context, {
          to,
          until: options.until,
          ...(options.since === undefined ? {} : { since: options.since }),
          ...(options.chain === undefined ? {} : { chains: options.chain }),
          reason: options.why,
        }),
      ),
    ),
  );
  withOptions(
    delegate.command("list").description("who decides in whose place, until when"),
  ).action(() =>
    choose(async (context) => (await import("../inbox/delegate.ts")).inboxDelegations(context)),
  );
  withPerson(
    delegate
      .command("end")
      .argument("<number>", "as delegate list prints it", numeral)
      .option("--why <why>", WHY, "")
      .description("end a delegation before its time"),
  ).action((key: number, options: By & { readonly why: string }) =>
    choose(
      asPerson(options, async (context) =>
        (await import("../inbox/delegate.ts")).inboxUndelegate(context, key, options.why),
      ),
    ),
  );
}

/** The kill switch: of what was allowed nothing is begun. */
export function addHalt(root: Command, choose: Choose): void {
  const halt = root
    .command("halt")
    .description("stop what was allowed from being begun, and let it go on");
  for (const how of ["on", "off"] as const)
    withPerson(
      halt
        .command(how)
        .option("--agent <name>", "only what this agent does")
        .option("--tool <name>", "only this tool")
        .requiredOption("--why <why>", WHY)
        .description(
          how === "on"
            ? "nothing that was allowed is begun; what is allowed stays allowed"
            : "what is allowed is begun again",
        ),
    ).action(
      (options: By & { readonly agent?: string; readonly tool?: string; readonly why: string }) =>
        choose(
          asPerson(options, async (context) => {
            const { agent, tool, why: reason } = options;
            return (await import("../map/halt.ts")).halt(context, {
              how,
              reason,
              ...(agent === undefined ? {} : { agent }),
              ...(tool === undefined ? {} : { tool }),
            });
          }),
        ),
    );
  withOptions(halt.command("list").description("what is halted, by whom and why")).action(() =>
    choose(async (context) => (await import("../map/halt.ts")).haltList(context)),
  );
}

export function withPerson(command: Command): Command {
  return withOptions(command).option("--by <name>", "who you are (default: MUSTER_PERSON, or you)");
}

/** A name given here goes before that of the surroundings. */
export function asPerson({ by }: By, verb: Verb): Verb {
  if (by === undefined) return verb;
  return (context: Context) =>
    verb({ ...context, surroundings: { ...context.surroundings, person: by } });
}
