/** A morning at the inbox of the example shop: what waits, and what comes of what people say of it. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCompany } from "../../engine/company/index.ts";
import { program } from "../program.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-inbox-"));
cpSync("packs/harbour-retail", folder, {
  recursive: true,
  filter: (from) => !from.includes(".muster") && !from.endsWith(".sqlite"),
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Said = { readonly code: number; readonly out: string; readonly err: string };

async function muster(person: string, ...words: readonly string[]): Promise<Said> {
  let out = "";
  let err = "";
  const code = await program([...words, "--folder", folder], {
    cwd: folder,
    env: {},
    person,
    now: () => Date.now(),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    openCompany: async (where, how) => await openCompany(where, how),
    onInterrupt: () => () => undefined,
    packs: folder,
    keys: () => null,
  });
  return { code, out, err };
}

async function ask(type: string, order: string, customer: string, ...more: string[]) {
  const from = ["--from", `customer:${customer}`, "--channel", "mail", "--type", type];
  const about = [`order_id=${order}`, `customer_id=${customer}`, ...more];
  const words = about.flatMap((one) => ["--about", one]);
  await muster("root", "request", `About order ${order}.`, ...from, ...words);
}

type Item = { readonly item: string; readonly asks: string };

async function items(): Promise<readonly Item[]> {
  return JSON.parse((await muster("root", "inbox", "list", "--json")).out) as Item[];
}

async function itemOf(order: string): Promise<string> {
  return (await items()).find(({ asks }) => asks.includes(`order ${order} `))?.item ?? "";
}

beforeAll(async () => {
  await ask("refund", "1011", "C-1048", "amount=3280", "reason=not as described");
  await ask("delivery-delay", "1056", "C-1033");
  await ask("delivery-delay", "1053", "C-1042");
  await ask("complaint", "1106", "C-1083");
}, 60_000);

describe("the inbox of a shop", () => {
  test("says in a sentence what is to be decided, by whom, and until when in the shop's zone", async () => {
    const { out, err } = await muster("root", "inbox");
    expect(out).toMatch(/^Refund HKD 3,280\.00 of order 1011 to customer C-1048 {2}\(wf_/m);
    expect(out).toContain("\n  Refunds over HKD 500 are decided by a manager.\n");
    expect(out).toMatch(/oscar or petra decides, until .* \(Asia\/Hong_Kong\): .* left\n/);
    expect(err).toContain("inbox show ITEM");
    expect((await muster("root", "inbox", "aprove")).err).toContain("unknown command 'aprove'");
    const cases = await muster("root", "cases", "list");
    expect(cases.out).toContain("Issue a voucher of HKD 80.00");
  });

  test("`last` is what has come to wait last, and says which that is", async () => {
    const { out, err } = await muster("mei", "inbox", "show", "last");
    expect(err).toMatch(/^last is wf_\S+\.\d+\.\n/);
    expect(out).toMatch(/^Send customer C-1083 an answer about order 1106 by mail {2}\(/);
    expect(out).toContain("desk (agent) uses reply.send, level 4: it reaches customers or money");
    expect(out).toContain("channel stood in no trusted request");
    expect((await muster("mei", "inbox", "answer", "last", "--by", "mei")).code).toBe(2);
  });

  test("a claim is one's own, and its owner is told of once", async () => {
    const item = await itemOf("1011");
    expect((await muster("oscar", "inbox", "claim", item)).code).toBe(0);
    expect((await muster("petra", "inbox", "approve", item)).err).toContain("oscar has claimed");
    const { err } = await muster("petra", "inbox", "release", item);
    expect(err).toContain("oscar or grace or jun or mei may release it");
    expect((await muster("root", "inbox")).out).toContain("  oscar, who has claimed it, decides");
    expect((await muster("oscar", "inbox", "release", item)).code).toBe(0);
  });

  test("who changes a letter asks for it, and the inbox names who decides it now", async () => {
    const item = await itemOf("1106");
    await muster("mei", "inbox", "edit", item, "text=We are sorry.", "--why", "Shorter");
    const own = await muster("mei", "inbox", "approve", item);
    expect(own).toMatchObject({ code: 5, err: expect.stringContaining("mei has changed it") });
    expect((await muster("root", "inbox")).out).toContain("mei changed it, so another decides.");
  });

  test("what was made smaller until no rule asks is still decided here, and is what is done", async () => {
    const item = await itemOf("1011");
    for (const wrong of ["amount=lots", "amount=-5", "amount=9999", "amont=300", "amount"])
      expect((await muster("oscar", "inbox", "edit", item, wrong, "--why", "x")).code).not.toBe(0);
    await muster("oscar", "inbox", "edit", item, "amount=300", "--why", "A tenth is fair.");
    const { out } = await muster("oscar", "inbox", "show", item);
    expect(out).toContain("Why people are asked: none");
    const done = await muster("oscar", "inbox", "approve", item, "--why", "Fair");
    expect(done.out.split("\n")).toEqual([
      "Approved by oscar: Refund HKD 300.00 of order 1011 to customer C-1048. Because: Fair",
      expect.stringMatching(/^Written: shop orders 1011.*it is as it should be\.$/),
      expect.stringMatching(/^Written: shop messages /),
      expect.stringMatching(/^refund completed; cs_\w+ is closed\.$/),
      "",
    ]);
    expect(done.code).toBe(0);
    const twice = await muster("petra", "inbox", "approve", item);
    expect(twice.err).toMatch(/was approved already by oscar, .* \(Asia\/Hong_Kong\)\./);
    expect(twice.code).toBe(5);
  }, 60_000);

  test("many of one kind are decided at once, and what comes of each is said", async () => {
    const both = [await itemOf("1056"), await itemOf("1053")];
    const wrong = await muster("zed", "inbox", "bulk", "approve", ...both);
    expect(wrong.err).toContain("0 of 2 decisions recorded.");
    expect(wrong.err).toContain("Here you are zed, whom people.yaml does not name.");
    const done = await muster("mei", "inbox", "bulk", "approve", ...both);
    expect(done.out).toMatch(
      /^Issue a voucher of HKD 80\.00 for order 1056 .*\n {2}approved; it is completed\n/,
    );
    expect(done).toMatchObject({ code: 0, err: "2 of 2 decisions recorded.\n" });
  }, 60_000);

  test("the report has per rule what people were asked and said, from the log alone", async () => {
    const { out } = await muster("root", "inbox", "report");
    const [head = "", ...rows] = out.split("\n");
    expect(head).toMatch(/^RULE +ASKED +APPROVED +REFUSED +EXPIRED +EDITED +OPEN +MEDIAN +BY$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 7).join(" "))).toEqual(
      expect.arrayContaining([
        "voucher-over-policy 2 2 0 0 0 0",
        "refund-over-limit 1 1 0 0 1 0",
        "reply-to-complaint 1 0 0 0 1 1",
      ]),
    );
    expect((await muster("root", "inbox", "report", "--since", "soon")).code).toBe(2);
  });

  test("a request twice is one, and other words under its id are said to be dropped", async () => {
    const words = ["--from", "customer:C-1039", "--channel", "web", "--request-id", "m-1"];
    await muster("root", "request", "Where is it?", ...words, "--no-wait");
    const again = await muster("root", "request", "Where is it?", ...words, "--no-wait");
    expect(again.err).toMatch(
      /^This request was made before, and is taken once: it is rq_\w+\.\n$/,
    );
    const other = await muster("root", "request", "Pay it back.", ...words, "--no-wait");
    expect(other.err).toContain("was not taken: another request has another id.");
  });

  test("nobody decides by a chain that nobody has", async () => {
    const words = ["inbox", "delegate", "to", "grace", "--until", "2d", "--chain", "refunds"];
    const { code, err } = await muster("oscar", ...words);
    expect(err).toContain('There is no chain "refunds" in the map in force.');
    expect(err).toContain("refund-manager");
    expect(code).toBe(3);
  });
});
