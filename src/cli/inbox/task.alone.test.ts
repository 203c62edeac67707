import { describe, expect, test } from "vitest";
import { type Given, givenCompany } from "../given-company.ts";
import { momentIn } from "../output/index.ts";

const HEAD = "muster: 1\n";

const FILES = {
  "agents/lawyer.yaml": `${HEAD}kind: person\nfrom: [ana, bo]\ndue: 2d\nescalate: di\n`,
  "agents/loader.yaml": `${HEAD}kind: function\nmodule: ./agents/loader.ts\neffects: pure\n`,
  "agents/loader.ts": `
    export const attempt = (task) => task.inputs.fail
      ? { error: { kind: "api_rate_limit", message: "Asked too often.", class: "permanent" } }
      : { outputs: { text: "A draft of 3 pages" } };
  `,
  "workflows/contract.yaml": `
parameters: { customer: Acme }
steps:
  - { id: load, agent: loader, outputs: { text: string } }
  - id: review
    name: Review the draft
    agent: lawyer
    task: |
      Read it.
      Say whether it may be signed.
    inputs: { text: $load.text }
    outputs: { verdict: string, pages: integer, marks: "string[]" }
`,
};

const ANSWER = ["verdict=good", "pages=3", "marks=a,b"];

async function begun(given: Given): Promise<string> {
  const { code, out } = await given.muster("run", "contract", "--json");
  expect(code).toBe(6);
  return (JSON.parse(out) as { workflow_id: string }).workflow_id;
}

describe("what is to be mended", () => {
  test("is shown as a gate and a task are: by its name, by its run, and as the last", async () => {
    using given = givenCompany({
      "map.yaml": "muster: 1\ncompany: Acme\nexceptions: { owner: bo }\n",
      "agents/desk.yaml": "muster: 1\nkind: function\nmodule: ./agents/desk.ts\neffects: pure\n",
      "agents/desk.ts":
        'export const attempt = () => ({ error: { kind: "security_violation", message: "The till is shut." } });\n',
      "workflows/pay.yaml": "steps:\n  - { id: pay, agent: desk, outputs: { paid: number } }\n",
    });
    await given.muster("run", "pay");
    const listed = JSON.parse((await given.muster("inbox", "list", "--json")).out) as {
      item: string;
      kind: string;
    }[];
    expect(listed).toMatchObject([{ kind: "exception" }]);
    const item = listed[0]?.item ?? "";
    for (const name of [item, item.replace(/\.\d+$/, ""), "last"]) {
      const { code, out } = await given.muster("inbox", "show", name);
      expect({ name, code }).toEqual({ name, code: 0 });
      expect(out).toContain("The till is shut.");
      expect(out).toContain("mend: muster runs resume");
    }
    const json = await given.muster("inbox", "show", "last", "--json");
    expect(JSON.parse(json.out)).toMatchObject(listed[0] ?? {});
    const asked = await given.muster("request", "Where is it?");
    const [, of = ""] = /(cs_\w+)/.exec(asked.out) ?? [];
    const shown = await given.muster("inbox", "show", "last");
    expect(shown.err).toContain(`last is ${of}.`);
    expect(shown.out).toContain(`mend: muster cases type ${of} TYPE`);
    expect(await given.muster("inbox", "show", `${of}.9999`)).toMatchObject({ code: 5 });
  });
});

describe("a person's task, from the command line", () => {
  test("is in the inbox, with all that a person needs to do it", async () => {
    using given = givenCompany(FILES);
    const run = await begun(given);
    const list = await given.muster("inbox", "list");
    expect(list.out).toContain(`${run}/review  contract, review`);
    expect(list.out).toContain(
      `"Review the draft" is a person's task (lawyer): it waits for ana or bo, until `,
    );
    expect(list.out).toContain(`muster inbox answer ${run}/review verdict=… pages=… marks=…`);
    const { out } = await given.muster("inbox", "show", "last");
    for (const line of [
      `Review the draft  (${run}/review)`,
      "  Read it.",
      "  Say whether it may be signed.",
      "  text: A draft of 3 pages",
      "  customer: Acme",
      "  load: text A draft of 3 pages",
      "  pages: integer",
    ])
      expect(out.split("\n")).toContain(line);
    const shown = JSON.parse((await given.muster("inbox", "show", "last", "--json")).out);
    expect(shown).toMatchObject({
      agent: "lawyer",
      to: ["ana", "bo"],
      inputs: { text: "A draft of 3 pages" },
      given: { load: { text: "A draft of 3 pages" } },
      form: {
        type: "object",
        required: ["verdict", "pages", "marks"],
        properties: { pages: { title: "integer", type: "integer" } },
        additionalProperties: false,
      },
    });
  });

  test("is answered as its form asks, and the run goes on to its end", async () => {
    using given = givenCompany(FILES);
    const run = await begun(given);
    const words = [`${run}/review`, ...ANSWER, "--why", "It is short."];
    const { code, out } = await given.muster("inbox", "answer", ...words);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining("- pages: 3"),
    });
    expect(out.split("\n").slice(0, 2)).toEqual([
      "Done by ana: Review the draft. Because: It is short.",
      "contract completed.",
    ]);
    const again = await given.muster("inbox", "answer", `${run}/review`, ...ANSWER);
    expect(again.code).toBe(5);
    expect(again.err).toContain(`${run}/review is no open task`);
    const events = (await given.muster("runs", "events", run, "--json")).out.trim().split("\n");
    const finished = events
      .map((line) => JSON.parse(line))
      .filter(({ type, step }) => type === "step.finished" && step === "review");
    expect(finished).toMatchObject([{ actor: { kind: "human", id: "ana" } }]);
    expect(finished[0].data.output.value).toEqual({ verdict: "good", pages: 3, marks: ["a", "b"] });
  });

  test("that is answered otherwise than it asks says what is wrong, and stays open", async () => {
    using given = givenCompany({ ...FILES, "wrong.yaml": "- no object" });
    await begun(given);
    const answer = (...words: string[]) => given.muster("inbox", "answer", "last", ...words);
    expect((await answer("verdit=good")).err).toContain('The task does not ask for "verdit".');
    expect((await answer("verdit=good")).err).toContain('Did you mean "verdict"?');
    expect((await answer("verdict=good")).err).toContain(
      'The output "pages" (integer) is missing.',
    );
    expect((await answer("verdict=good", "pages=some", "marks=a")).err).toContain(
      'The output "pages" is no integer',
    );
    expect((await answer("good")).err).toContain('"good" is no field=value.');
    expect((await answer("--file", "wrong.yaml")).err).toContain("holds no object");
    expect((await given.muster("inbox", "list")).out).toContain("/review");
  });

  test("is answered from a file, and a pair beats it", async () => {
    const file = "verdict: bad\npages: 1\nmarks: [x]\n";
    using given = givenCompany({ ...FILES, "answer.yaml": file });
    await begun(given);
    const words = ["last", "--file", "answer.yaml", "pages=2", "--json"];
    const { out } = await given.muster("inbox", "answer", ...words);
    expect(JSON.parse(out)).toMatchObject({ status: "completed" });
    expect((await given.muster("runs", "show", "last")).out).toContain("- pages: 2");
  });

  test("is claimed by one person, who is told who else may not", async () => {
    using given = givenCompany(FILES);
    const run = await begun(given);
    expect((await given.muster("inbox", "claim", "last", "--by", "mallory")).err).toContain(
      "Here you are mallory. Ask one of them; or, if you are one, say so: --by NAME.",
    );
    expect((await given.muster("inbox", "claim", "last", "--by", "bo")).err).toContain(
      `It is yours: ${run}/review`,
    );
    const other = await given.muster("inbox", "answer", "last", ...ANSWER);
    expect(other).toMatchObject({ code: 5, err: expect.stringContaining("bo has claimed") });
    expect((await given.muster("inbox", "list")).out).toContain("bo has claimed it, until ");
    await given.muster("inbox", "release", "last", "--by", "bo");
    expect((await given.muster("inbox", "answer", "last", ...ANSWER)).code).toBe(0);
  });

  test("is of a run that is listed in the time of the company's zone, which is named", async () => {
    using given = givenCompany({ ...FILES, "calendar.yaml": "zone: Asia/Hong_Kong\n" });
    await begun(given);
    const [listed] = JSON.parse((await given.muster("runs", "list", "--json")).out) as {
      created_at: string;
    }[];
    const { out } = await given.muster("runs", "list");
    expect(out).toContain("STARTED (Asia/Hong_Kong)");
    const at = Date.parse(listed?.created_at ?? "");
    expect(out).toContain(momentIn(at, "Asia/Hong_Kong"));
    expect(momentIn(at, "Asia/Hong_Kong")).not.toBe(momentIn(at, "UTC"));
  });

  test("is declined with a reason", async () => {
    using given = givenCompany(FILES);
    await begun(given);
    const words = ["last", "--reason", "I wrote it myself."];
    const { code, out } = await given.muster("inbox", "decline", ...words);
    expect({ code, out }).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /^Declined by ana: Review the draft\. Because: I wrote it myself\.\ncontract failed at .*ana declined the task: I wrote it myself\.\n/,
      ),
    });
  });

  test("says every step and the whole summary with --verbose", async () => {
    using given = givenCompany(FILES);
    await begun(given);
    const { out } = await given.muster("inbox", "answer", "last", ...ANSWER, "--verbose");
    expect(out).toMatch(/^Done by ana: Review the draft\.\n[^]*Steps completed: 2/);
  });

  test("is what a fallback is that nobody declared, and says what went wrong before", async () => {
    using given = givenCompany({
      ...FILES,
      "workflows/research.yaml": `
owner: operations
steps:
  - id: find
    agent: loader
    inputs: { fail: true }
    outputs: { facts: string }
    fallback: { agent: manual_research, trigger: api_rate_limit }
`,
    });
    expect((await given.muster("run", "research")).code).toBe(6);
    const { out } = await given.muster("inbox", "show", "last");
    expect(out).toContain("manual_research, for operations");
    expect(out).toContain("What went wrong before:\n  Asked too often.");
    const words = ["last", "facts=Two", "--by", "operations"];
    expect((await given.muster("inbox", "answer", ...words)).out).toContain("- facts: Two");
  });
});
