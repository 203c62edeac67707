import type { Command } from "commander";
import type { CaseTelling } from "../../engine/company/index.ts";
import type * as Telling from "../cases/tell.ts";
import type { Context } from "../surroundings.ts";
import { type Choose, collected, examples, positive, withOptions } from "../verb.ts";

const CASE = "its id, the beginning of it, or: last";
const LISTED_UNLESS_SAID = 50;

/** The verbs about incoming work, and the cases it belongs to. */
export function addCases(root: Command, choose: Choose): void {
  addRequest(root, choose);
  const cases = root.command("cases").description("look at cases, and say what they need of you");
  addLooking(cases, choose);
  addSorting(cases, choose);
  addTalking(cases, choose);
  addKeeping(cases, choose);
}

function addRequest(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("request")
      .argument("[text]", "what is asked, in its own words")
      .option("--from <who>", "customer:4711, staff:ana, system:shop, management:dora")
      .option("--channel <name>", "how it came; the map says how far that is believed", "cli")
      .option("--about <name=value>", "an id that came with it; as often as needed", collected)
      .option("--attach <file>", "a file that came with it; as often as needed", collected)
      .option("--type <type>", "what kind of request it is, where that is known")
      .option("--request-id <id>", "the same again is once, for thirty days")
      .option("--file <file>", "many, one a line of JSON; - reads what comes in")
      .option("--no-wait", "take it in and end; the case goes on later")
      .description("bring a piece of work to its case"),
  )
    .addHelpText(
      "after",
      examples(
        'muster request "Where is my parcel?" --from customer:4711 --channel mail --about order_id=7',
        "muster request --file day.jsonl --no-wait",
      ),
    )
    .action((text: string | undefined, options) =>
      choose(async (context) =>
        (await import("../cases/request.ts")).request(context, text ?? null, options),
      ),
    );
}

function addLooking(cases: Command, choose: Choose): void {
  withOptions(
    cases
      .command("list")
      .option("--status <status>", "open, waiting, closed: one or more of them")
      .option("--type <type>", "only of this type of request")
      .option("--owner <name>", "only of this owner")
      .option("--limit <number>", "at most so many", positive, LISTED_UNLESS_SAID)
      .description("list cases, newest first, and what each waits for"),
  )
    .addHelpText("after", examples("muster cases list --status open,waiting --owner support-team"))
    .action((options) =>
      choose(async (context) => (await import("../cases/list.ts")).casesList(context, options)),
    );
  withOptions(
    cases
      .command("show")
      .argument("<case>", CASE)
      .description("all that is known of a case, and who is to do what, on one page"),
  )
    .addHelpText("after", examples("muster cases show last"))
    .action((name: string) =>
      choose(async (context) => (await import("../cases/show.ts")).casesShow(context, name)),
    );
}

type Said = {
  readonly why?: string;
  readonly request?: string;
  readonly wait?: boolean;
  readonly by?: string;
};
type Tell = typeof Telling;

/** A verb that tells a case something. @param isMoving it may set something going */
function telling(
  command: Command,
  choose: Choose,
  {
    say,
    told,
    isMoving = false,
  }: {
    readonly say: string;
    readonly told: (
      words: readonly string[],
      said: Said,
      tell: Tell,
    ) => CaseTelling | ReturnType<Tell["completing"]>;
    readonly isMoving?: boolean;
  },
): Command {
  const whole = withOptions(command).option("--by <name>", "who you are (default: MUSTER_PERSON)");
  if (isMoving) whole.option("--no-wait", "record it and end; the case goes on later");
  return whole.action((...given: readonly unknown[]) => {
    const said = whole.opts<Said>();
    const words = given
      .slice(0, whole.registeredArguments.length)
      .flatMap((word) => (Array.isArray(word) ? word : [word])) as string[];
    choose(async (context) => {
      const tell = await import("../cases/tell.ts");
      const wait = isMoving && said.wait !== false;
      const [name = "", ...rest] = words;
      const what = told(rest, said, tell);
      return await tell.tellOfCase(asPerson(context, said.by), { name, told: what, wait, say });
    });
  });
}

function asPerson(context: Context, by: string | undefined): Context {
  if (by === undefined) return context;
  return { ...context, surroundings: { ...context.surroundings, person: by } };
}

function addSorting(cases: Command, choose: Choose): void {
  const about = (name: string): Command =>
    cases
      .command(name)
      .argument("<case>", CASE)
      .option("--request <id>", "which of its requests, where several wait");
  const named = ({ request }: Said): { readonly request?: string } =>
    request === undefined ? {} : { request };
  telling(about("type").argument("<type>").description("say what kind of request it is"), choose, {
    say: "has its type",
    told: ([as = ""], said) => ({ type: "type", as, ...named(said) }),
    isMoving: true,
  });
  telling(
    about("complete").argument("<ids...>", "name=value").description("give ids it did not name"),
    choose,
    {
      say: "has its ids",
      told: (pairs, said, tell) => tell.completing(pairs, said.request),
      isMoving: true,
    },
  );
  telling(
    about("move").argument("<to>", "the id of the other case").description("it goes on there"),
    choose,
    {
      say: "lets it go",
      told: ([to = ""], said, tell) => tell.moving(to, said.request),
      isMoving: true,
    },
  );
  telling(about("again").description("begin a run once more for it"), choose, {
    say: "begins once more",
    told: (_words, said) => ({ type: "again", ...named(said) }),
    isMoving: true,
  });
}

function addTalking(cases: Command, choose: Choose): void {
  const message = cases
    .command("message")
    .argument("<case>", CASE)
    .argument("<text>", "what was written")
    .requiredOption("--from <who>", "who wrote it")
    .requiredOption("--channel <name>", "how it came")
    .description("give a case what its requester wrote; a run that waits for it goes on");
  telling(message, choose, {
    say: "was told",
    told: ([text = ""]) => {
      const { from, channel } = message.opts<{ from: string; channel: string }>();
      return { type: "message", text, requester: from, channel };
    },
    isMoving: true,
  });
  const note = cases.command("note").argument("<case>", CASE).argument("<text>");
  telling(note.description("write something down in a case"), choose, {
    say: "has the note",
    told: ([text = ""]) => ({ type: "note", text }),
  });
  const fact = cases.command("fact").argument("<case>", CASE).argument("<name=value>");
  telling(
    fact.option("--why <why>", "where it is known from", "").description("record what is known"),
    choose,
    {
      say: "knows it",
      told: ([pair = ""], { why = "" }, tell) => tell.recording(pair, why),
      isMoving: true,
    },
  );
}

function addKeeping(cases: Command, choose: Choose): void {
  const about = (name: string, what: string): Command =>
    cases.command(name).argument("<case>", CASE).description(what);
  const WHY = ["--why <why>", "kept in the log"] as const;
  telling(about("close", "close a case; its runs are stopped").requiredOption(...WHY), choose, {
    say: "is closed",
    told: (_words, { why = "" }) => ({ type: "close", why }),
    isMoving: true,
  });
  telling(
    about("reopen", "go on with a case within a week after it was closed").option(...WHY, ""),
    choose,
    { say: "is open", told: (_words, { why = "" }) => ({ type: "reopen", why }), isMoving: true },
  );
  telling(
    about("hand", "give a case to another owner")
      .argument("<to>")
      .option(...WHY, ""),
    choose,
    { say: "has another owner", told: ([to = ""], { why = "" }) => ({ type: "hand", to, why }) },
  );
  telling(
    about("resolve", "settle an open issue")
      .argument("<issue>", "its number")
      .option(...WHY, ""),
    choose,
    {
      say: "has one issue less",
      told: ([issue = ""], { why = "" }) => ({ type: "resolve", issue: Number(issue), why }),
    },
  );
}
