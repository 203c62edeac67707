import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Given, givenCompany } from "../given-company.ts";

const HEAD = "muster: 1\n";

/** An agent proposes two payments and a letter; at most two payments of at most 100 are decided at once. */
const FILES = {
  "map.yaml": `${HEAD}company: Harbour
systems:
  desk: { kind: file, folder: ./desk }
tools:
  refund.book:
    system: desk
    level: record
    effects: idempotent
    action: write
    file: "{order}.txt"
    content: "{amount}"
    args: { order: string, amount: number }
    says: Refund \${args.amount} of order \${args.order}
    writes: refunds
agents:
  support: { may: { level: record, tools: [refund.book] } }
rules:
  refunds: { when: action.tool == "refund.book", then: { approve: desk }, because: Money goes out. }
approvals:
  desk: { from: { role: manager }, bulk: { most: 4, only_if: args.amount <= 100 } }
exceptions: { owner: bo }
`,
  "people.yaml": `${HEAD}people:\n  ana: {}\n  bo: { roles: manager }\n`,
  "desk/README.txt": "Refunds lie here.\n",
  "agents/support.yaml": `${HEAD}kind: function\nmodule: ./agents/support.ts\neffects: pure\n`,
  "agents/support.ts": `export const attempt = async ({ inputs }, tools) => {
  const { order, amount } = inputs;
  const replies = await tools.useAll([
    { tool: "refund.book", args: { order, amount } },
    { tool: "refund.book", args: { order: order + "-more", amount: 20 } },
  ]);
  return { outputs: { said: replies.map((one) => one.say ?? one.outcome).join("; ") } };
};
`,
  "workflows/serve.yaml": `name: serve
parameters: { order: HK, amount: 80 }
steps:
  - { id: serve, agent: support, inputs: { order: $params.order, amount: $params.amount } }
`,
};

async function asked(given: Given, ...params: string[]): Promise<string> {
  expect((await given.muster("run", "serve", ...params, "--json")).code).toBe(6);
  const { out } = await given.muster("inbox", "list", "--json");
  const [newest] = JSON.parse(out) as { item: string; since: string }[];
  return newest?.item ?? "";
}

const written = ({ folder }: Given) =>
  readdirSync(join(folder, "desk"))
    .filter((name) => name !== "README.txt")
    .toSorted();

describe("several uses that are asked about together", () => {
  test("are allowed in part while the inbox is walked through, and the agent is told why not", async () => {
    using given = givenCompany(FILES);
    const item = await asked(given);
    const walk = (...pressed: string[]) => given.press(pressed, "inbox", "walk", "--by", "bo");
    const back = await walk("s", "", "s", "2", "", "escape");
    expect(back.err).toContain("S some");
    expect((await given.muster("inbox", "list")).out).toContain(item);
    const wrong = await walk("s", "3", "No.", "escape");
    expect(wrong.err).toContain("There is no action 3 here.");
    await walk("s", "2", "It was paid before.");
    expect((await given.muster("inbox", "list")).err).toContain("waits for a person.");
    await given.muster("runs", "resume", item.split(".")[0] ?? "");
    expect(written(given)).toEqual(["HK-more.txt"]);
    const { out } = await given.muster("runs", "show", "last", "--json");
    expect(out).toContain("It was not approved: It was paid before.");
  });

  test("are decided with many others at once, each counted, where each is of little risk", async () => {
    using given = givenCompany(FILES);
    const one = await asked(given, "order=A");
    await asked(given, "order=B");
    const list = JSON.parse((await given.muster("inbox", "list", "--json")).out) as {
      item: string;
    }[];
    const both = list.map(({ item }) => item);
    expect(both).toContain(one);
    await asked(given, "order=C", "amount=101");
    const all = JSON.parse((await given.muster("inbox", "list", "--json")).out) as {
      item: string;
    }[];
    const dear = all.map(({ item }) => item).filter((item) => !both.includes(item));
    const refused = await given.muster("inbox", "bulk", "approve", ...both, ...dear, "--by", "bo");
    expect(refused).toMatchObject({
      code: 5,
      err: expect.stringContaining("above what its chain"),
    });
    expect(written(given)).toEqual([]);
    const done = await given.muster("inbox", "bulk", "approve", ...both, "--by", "bo");
    expect(done.err).toContain("2 of 2 decisions recorded.");
    expect(written(given)).toEqual(["A-more.txt", "A.txt", "B-more.txt", "B.txt"]);
    expect(existsSync(join(given.folder, "desk", "C.txt"))).toBe(false);
  });
});
