import { describe, expect, test } from "vitest";
import { type Given, givenCompany } from "../given-company.ts";

const HEAD = "muster: 1\n";

const FILES = {
  "map.yaml": `${HEAD}company: Harbour
approvals:
  refund-manager:
    description: Refunds over the limit.
    from: { role: manager }
    not: [requester, editor]
    edit: { amount: decrease, text: any }
    due: 4h
    remind: [50%]
    on_timeout: [{ escalate: wing, after: 2h }, reject]
    bulk: { most: 2, only_if: action.level == "record" }
    break_glass: { role: duty, review: wing }
exceptions: { owner: wing }
`,
  "people.yaml": `${HEAD}people:
  bo: { roles: manager }
  ben: { roles: manager }
  gus: { teams: desk }
  dot: { roles: duty }
  ana: {}
  wing: { roles: director }
`,
  "agents/bank.yaml": `${HEAD}kind: function\nmodule: ./agents/bank.ts\neffects: idempotent\n`,
  "agents/bank.ts": `export const attempt = (task) => ({ outputs: { paid: task.inputs.amount } });\n`,
  "workflows/refund.yaml": `
parameters: { amount: 640 }
steps:
  - id: pay
    name: Pay it back
    agent: bank
    inputs: { amount: $params.amount, text: Sorry. }
    outputs: { paid: number }
    approve: refund-manager
`,
};

async function asked(given: Given): Promise<string> {
  const { code, out } = await given.muster("run", "refund", "--json");
  expect(code).toBe(6);
  const { workflow_id: run } = JSON.parse(out) as { workflow_id: string };
  const list = JSON.parse((await given.muster("inbox", "list", "--json")).out) as {
    item: string;
  }[];
  return list.find(({ item }) => item.startsWith(run))?.item ?? "";
}

describe("an approval by a chain, from the command line", () => {
  test("is shown with all that decides it, in 80 columns and in 50", async () => {
    using given = givenCompany(FILES);
    const item = await asked(given);
    const { out } = await given.muster("inbox", "show", item);
    for (const line of [
      `May "Pay it back" be done?  (${item})`,
      "  bo or ben to decide",
      "  If nobody acts: wing is asked, then 2 h later it is rejected.",
      "  amount: 640",
      "Why people are asked: none",
      "What is not known: none",
      "  amount (less: you may still decide; else another does)",
      `  text (another decides then)`,
      `muster inbox approve ${item}`,
    ])
      expect(out.split("\n")).toContain(line);
    expect(out).toMatch(
      /asked .* ago, until \w{3} \d.* 20\d\d, \d\d:\d\d \(.*\): 3 h 59 min left|4 h 0 min left/,
    );
    const json = JSON.parse((await given.muster("inbox", "show", item, "--json")).out);
    expect(json).toMatchObject({ item, approval: { gate: { chain: "refund-manager" } } });
  });

  test("is decided by who may, not by who asks, and says so with exit codes", async () => {
    using given = givenCompany(FILES);
    const item = await asked(given);
    const own = await given.muster("inbox", "approve", item, "--by", "ana");
    expect(own).toMatchObject({ code: 5, err: expect.stringContaining("ana asks for it") });
    const bare = await given.muster("inbox", "reject", item, "--why", " ", "--by", "bo");
    expect(bare.err).toContain("A reason is needed to reject it");
    const done = await given.muster("inbox", "approve", item, "--by", "bo");
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining("- paid: 640") });
    expect((await given.muster("inbox", "approve", item, "--by", "ben")).code).toBe(5);
  });

  test("is claimed, asked about, answered and edited first", async () => {
    using given = givenCompany(FILES);
    const item = await asked(given);
    const by = (who: string, ...words: string[]) => given.muster("inbox", ...words, "--by", who);
    expect((await by("bo", "claim", item)).err).toContain(`It is yours: ${item}`);
    expect((await by("ben", "approve", item)).err).toContain("bo has claimed this.");
    expect((await by("bo", "ask", item, "Is", "it", "back?")).code).toBe(0);
    expect((await by("ana", "answer", item, "Since Monday.")).err).toContain("Answered.");
    const { out } = await given.muster("inbox", "show", item);
    expect(out).toContain("bo asks,");
    expect(out).toContain(": Since Monday.");
    expect((await by("bo", "edit", item, "to=me", "--why", "x")).err).toContain(
      '"to" is not to be changed here',
    );
    const edit = await by("bo", "edit", item, "amount=300", "--why", "As agreed.");
    expect(edit).toMatchObject({ code: 0, err: expect.stringContaining("something else now") });
    const done = await by("bo", "approve", item);
    expect(done.out).toContain("- paid: 300");
  });

  test("whose only decider changes it says at once that nobody is left, until when, and who is asked then", async () => {
    const people = FILES["people.yaml"].replace("  ben: { roles: manager }\n", "");
    using given = givenCompany({ ...FILES, "people.yaml": people });
    const item = await asked(given);
    const edit = (...words: string[]) => given.muster("inbox", "edit", item, ...words);
    const less = await edit("amount=300", "--why", "As agreed.", "--by", "bo");
    expect(less.err).toContain("something else now");
    expect(less.err).not.toContain("nobody else may decide");
    const other = await edit("text=So sorry.", "--why", "Kinder.", "--by", "bo");
    expect(other.err).toMatch(
      /\nbo changed it, and nobody else may decide it until \w{3} \d.* 20\d\d, \d\d:\d\d \(UTC\)\. If nobody acts: wing is asked, then 2 h later it is rejected\.\n/,
    );
  });

  test("is decided in another's place, for a time", async () => {
    using given = givenCompany(FILES);
    const item = await asked(given);
    const by = (who: string, ...words: string[]) => given.muster("inbox", ...words, "--by", who);
    expect((await by("gus", "approve", item)).code).toBe(5);
    expect((await by("bo", "delegate", "to", "gus", "--until", "soon")).err).toContain(
      '"soon" is no time.',
    );
    const lets = await by("bo", "delegate", "to", "gus", "--until", "2d");
    expect(lets.err).toContain("gus decides in the place of bo until");
    const list = await given.muster("inbox", "delegate", "list");
    const number = /^(\d+) {2}gus for bo, /.exec(list.out)?.[1] ?? "";
    const mine = await by("gus", "list", "--mine");
    expect(mine.out).toContain(item);
    expect((await by("ana", "list", "--mine")).out).not.toContain(item);
    expect((await by("ana", "list", "--team", "manager")).out).toContain(item);
    expect((await by("ana", "list", "--team", "nobody")).code).toBe(2);
    expect((await by("ben", "delegate", "end", number)).code).toBe(5);
    const shown = await given.muster("inbox", "show", item);
    expect(shown.out).toContain("  gus may decide in the place of bo, until ");
    const back = await given.press(["a", "escape", "escape"], "inbox", "walk", "--by", "gus");
    expect(back.err).toContain("Approve in the place of bo: May");
    const done = await by("gus", "approve", item, "--no-wait");
    expect(done).toMatchObject({
      code: 0,
      err: expect.stringContaining("by gus in the place of bo"),
    });
    expect((await by("ben", "approve", item)).err).toContain("was approved already by gus for bo,");
    expect((await given.muster("inbox", "report")).out).toContain("gus for bo");
    expect((await by("bo", "delegate", "end", number)).err).toContain("It is ended.");
    const run = item.split(".")[0] ?? "";
    expect((await given.muster("runs", "events", run, "--json")).out).toMatch(
      /"for":"bo".*"voter":"gus"/,
    );
    expect((await given.muster("why", run)).out).toContain("gus, in the place of bo, allowed");
  });

  test("is walked to with single keys, of which none decides alone", async () => {
    using given = givenCompany(FILES);
    const items = [await asked(given), await asked(given)];
    const walk = (...pressed: string[]) => given.press(pressed, "inbox", "walk", "--by", "bo");
    const left = await walk("a", "escape", "j", "k", "escape");
    expect(left).toMatchObject({ code: 0, err: expect.stringContaining("Enter decides") });
    expect((await given.muster("inbox", "list")).out).toContain(items[0]);
    const done = await walk(
      "q",
      "Is it back?",
      "e",
      "amount=300",
      "As agreed.",
      "a",
      "return",
      "r",
      "No.",
    );
    expect(done.err).toContain("1 of 2");
    expect(done.err).toContain("bo asks, ");
    expect((await given.muster("inbox", "list")).err).toContain("waits for a person.");
    const logs = await Promise.all(
      items.map(
        async (item) =>
          (await given.muster("runs", "events", item.split(".")[0] ?? "", "--json")).out,
      ),
    );
    expect(logs.join("")).toContain('"type":"gate.viewed"');
    expect(logs.join("")).toMatch(/"viewedAt":\d+/);
    const list = await given.muster("inbox", "walk");
    expect(list.err).toContain("waits for a person.");
  });

  test("is halted, also where it was allowed, and goes on afterwards", async () => {
    using given = givenCompany(FILES);
    const item = await asked(given);
    const [run = ""] = item.split(".");
    await given.muster("halt", "on", "--why", "Look first.", "--by", "wing");
    expect((await given.muster("halt", "list")).out).toContain("all  wing, ");
    await given.muster("inbox", "approve", item, "--by", "bo");
    expect((await given.muster("inbox", "list")).out).toContain("wing stopped all: Look first.");
    await given.muster("halt", "off", "--why", "It is well.", "--by", "wing");
    expect((await given.muster("halt", "list")).err).toContain("Nothing is halted.");
    const again = await given.muster("runs", "retry", run, "pay", "--why", "Well.");
    expect(again.out).toContain("- paid: 640");
  });

  test("is decided alone by a broken glass, and then in the inbox until it is looked at", async () => {
    using given = givenCompany(FILES);
    const item = await asked(given);
    const words = ["break-glass", item, "--why", "The bank closes.", "--by"];
    expect((await given.muster("inbox", ...words, "bo")).code).toBe(5);
    const { out: done } = await given.muster("inbox", ...words, "dot");
    expect(done).toContain("- paid: 640");
    expect(done).toContain("Decided alone by dot, for others to look at afterwards: ");
    const { out } = await given.muster("inbox", "list");
    expect(out).toContain(`${item}  decided alone by dot`);
    const look = ["--why", "It was right.", "--by"];
    expect((await given.muster("inbox", "reviewed", item, ...look, "dot")).code).toBe(5);
    const last = await given.muster("inbox", "reviewed", "last", ...look, "wing");
    expect(last).toMatchObject({ code: 0, err: expect.stringContaining(`last is ${item}.`) });
    expect((await given.muster("inbox", "reviewed", "last", ...look, "wing")).code).toBe(5);
    expect((await given.muster("inbox", "reviewed", "it", ...look, "wing")).code).toBe(2);
    expect((await given.muster("inbox", "list")).out).not.toContain("decided alone");
  });

  test("bulk refuses what is not of low risk, and decides none of them", async () => {
    using given = givenCompany(FILES);
    const items = [await asked(given), await asked(given)];
    const bulk = await given.muster("inbox", "bulk", "approve", ...items, "--by", "bo");
    expect(bulk).toMatchObject({ code: 5, err: expect.stringContaining("above what its chain") });
    expect((await given.muster("inbox", "list")).out).toContain(items[1]);
  });
});
