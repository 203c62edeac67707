import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Given, givenCompany } from "../given-company.ts";

const FILES = {
  "map.yaml": `
muster: 1
company: Harbour Retail
requests:
  order-status:
    case: { order_id: request.order_id }
    workflow: order-status
    owner: bo
intake: { mail: customer }
exceptions: { owner: ana }
`,
  "workflows/order-status.yaml": `
muster: 1
name: order-status
parameters: { order_id: string }
steps:
  - id: account
    wait: { event: case.message, timeout: 14 days }
    outputs: { text: string }
`,
};

async function asked(it: Given, ...words: readonly string[]): Promise<string> {
  const made = await it.muster("request", "Where is it?", "--from", "customer:4711", ...words);
  expect(made.err).toContain("cases show cs_");
  return /cs_\w+/.exec(made.out)?.[0] ?? "";
}

describe("the verbs about cases", () => {
  test("take a request in, show its case on one page, and go on when its requester writes", async () => {
    using it = givenCompany(FILES);
    const typed = ["--channel", "mail", "--about", "order_id=7", "--type", "order-status"];
    const id = await asked(it, ...typed);
    const { out } = await it.muster("cases", "show", "last");
    for (const words of ["waiting", "order_id: 7", "| Where is it?", "4711 (customer, mail", "bo"])
      expect(out).toContain(words);
    expect(out).toContain(`muster cases message ${id} TEXT`);
    const message = ["cases", "message", "last", "The blue one.", "--from", "4711"];
    const told = await it.muster(...message, "--channel", "mail");
    expect(told).toMatchObject({ code: 0, out: `${id} is closed (completed).\n` });
    const listed = await it.muster("cases", "list", "--json");
    expect(JSON.parse(listed.out)).toMatchObject([{ case: id, status: "closed", owner: "bo" }]);
  });

  test("say what a request lacks, and how it is mended", async () => {
    using it = givenCompany(FILES);
    const id = await asked(it);
    const inbox = await it.muster("inbox", "list");
    expect(inbox.out).toContain("Types: order-status.");
    expect(inbox.out).toContain(`mend: muster cases type ${id} TYPE`);
    expect((await it.muster("cases", "type", "last", "order-status")).err).toContain("order_id");
    const done = await it.muster("cases", "complete", id, "order_id=7", "--json");
    expect(JSON.parse(done.out)).toMatchObject({ status: "waiting", type: "order-status" });
    const closed = await it.muster("cases", "close", "last", "--why", "They rang.");
    expect(closed.out).toContain(`${id} is closed.`);
    expect((await it.muster("cases", "show", id)).out).toContain(`${id}  closed\n`);
  });

  const order = ["--channel", "mail", "--about", "order_id=7", "--type", "order-status"];
  const doing = (certain: boolean): Readonly<Record<string, string>> => ({
    ...FILES,
    "workflows/order-status.yaml":
      "name: order-status\nsteps: [{ id: do, agent: doer, compensate: { agent: doer } }]\n",
    "agents/doer.yaml": "muster: 1\nkind: function\nmodule: ./agents/doer.ts\neffects: ask\n",
    "agents/doer.ts": `
import { existsSync } from "node:fs";
import { join } from "node:path";

const error = { class: "permanent", kind: "shut", message: "It is shut.", certain: ${certain} };
export const attempt = () =>
  existsSync(join(import.meta.dirname, "..", "shut")) ? { error } : { outputs: {} };
`,
    shut: "",
  });

  test("begin once more what failed, and show what was rolled back as that", async () => {
    using it = givenCompany(doing(true));
    const id = await asked(it, ...order);
    const { out } = await it.muster("inbox", "list");
    const [, words = ""] = /muster cases again (cs_\w+ --request rq_\w+) /.exec(out) ?? [];
    expect(words).toContain(id);
    expect((await it.muster("cases", "show", id)).out).toContain(`muster why ${id}`);
    rmSync(join(it.folder, "shut"));
    const done = await it.muster("cases", "again", ...words.split(" "));
    expect(done.out).toContain(`${id} is closed (completed).`);
    const undone = await it.muster("runs", "rollback", "last", "--why", "The wrong one.");
    expect(undone.code).toBe(0);
    expect((await it.muster("cases", "show", id)).out).toContain("order-status, rolled back");
  });

  test("put what is in doubt before who owns the case, and never before its requester", async () => {
    using it = givenCompany(doing(false));
    await asked(it, ...order);
    expect((await it.muster("inbox", "list")).out).toContain(
      '"doer (do)" waits for bo: It is shut.',
    );
  });

  test("refuse what cannot be meant", async () => {
    using it = givenCompany(FILES);
    expect((await it.muster("cases", "list")).err).toContain("No cases in ");
    expect((await it.muster("cases", "list", "--type", "refund")).err).toContain("no such case");
    expect((await it.muster("tools", "list")).err).toContain("No tools in ");
    expect(await it.muster("cases", "show", "last")).toMatchObject({ code: 3 });
    expect(await it.muster("cases", "list", "--status", "shut")).toMatchObject({ code: 2 });
    expect(await it.muster("request", "x", "--about", "order")).toMatchObject({ code: 2 });
    expect(await it.muster("request", "x", "--attach", "nothing.txt")).toMatchObject({ code: 2 });
    const untyped = await it.muster("request", "x", "--type", "ordr-status");
    expect(untyped.err).toContain("Types here: order-status.");
  });

  test("are told first of a map that is wrong: it is why a type is none, and why nothing sorts a request", async () => {
    const wrong = FILES["map.yaml"].replace("workflow: order-status", "workflow: order-staus");
    using it = givenCompany({ ...FILES, "map.yaml": wrong });
    const typed = await it.muster("request", "x", "--type", "order-status");
    expect(typed.code).toBe(3);
    expect(typed.err).toMatch(
      /^error: map\.yaml:6:\d+ .*"order-staus".*\n.*\nerror: There is no type/,
    );
    const untyped = await it.muster("request", "x");
    expect(untyped.err).toMatch(/^error: map\.yaml:6:\d+ /);
    it.write("day.jsonl", `${JSON.stringify({ requester: "1", channel: "mail", text: "x" })}\n`);
    const day = await it.muster("request", "--file", "day.jsonl", "--no-wait");
    expect(day.err).toMatch(/^error: map\.yaml:6:\d+ /);
    it.write("map.yaml", FILES["map.yaml"]);
    expect((await it.muster("request", "x")).err).not.toContain("error:");
  });

  test("take a day's requests from a file, each once, and complain of the lines that are wrong", async () => {
    using it = givenCompany(FILES);
    const line = (id: string): string =>
      JSON.stringify({ requester: "1", channel: "mail", text: id, requestId: id });
    it.write("day.jsonl", [line("a"), "{", line("b"), line("a")].join("\n"));
    const taken = await it.muster("request", "--file", "day.jsonl", "--no-wait");
    expect(taken).toMatchObject({ code: 2 });
    expect(taken.out).toBe("3 requests taken in, 1 of them before, in 2 cases.\n");
    expect(taken.err).toContain("day.jsonl:2:1");
  });
});
