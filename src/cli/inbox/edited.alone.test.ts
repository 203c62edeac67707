/** What a decider sees and changes in the example shop, and what comes of it in the shop's own database. */

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCompany } from "../../index.ts";
import { program } from "../program.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-edited-"));
  cpSync(join(import.meta.dirname, "../../../packs/harbour-retail"), folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function muster(person: string, ...words: readonly string[]): Promise<string> {
  const out: string[] = [];
  await program(words, {
    cwd: folder,
    env: { NO_COLOR: "1" },
    person,
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: () => 0 },
    now: Date.now,
    openCompany,
    onInterrupt: () => () => undefined,
    packs: join(folder, "no-packs"),
    keys: () => null,
  });
  return out.join("");
}

async function itemOf(type: string, about: readonly string[], text: string): Promise<string> {
  const words = about.flatMap((one) => ["--about", one]);
  const customer = about.find((one) => one.startsWith("customer_id="))?.slice(12) ?? "";
  const from = ["--from", `customer:${customer}`, "--channel", "mail", "--type", type];
  await muster("root", "request", text, ...from, ...words);
  const inbox = JSON.parse(await muster("root", "inbox", "list", "--json")) as {
    item: string;
    workflow: string;
  }[];
  return inbox.find(({ workflow }) => workflow === type)?.item ?? "";
}

test("less is paid than was asked: that is written, told to the customer, and verified", async () => {
  const about = ["order_id=1011", "customer_id=C-1048", "amount=3280", "reason=not as described"];
  const item = await itemOf("refund", about, "Please pay back HKD 3,280.");
  await muster("oscar", "inbox", "edit", item, "amount=3000", "--why", "As agreed.");
  const shown = await muster("oscar", "inbox", "show", item);
  expect(shown).toContain("Refund HKD 3,000.00 of order 1011 to customer C-1048  (");
  expect(shown).toContain("amount: 3000");
  expect(shown).not.toContain("-> 3280");
  await muster("oscar", "inbox", "approve", item);

  using shop = new DatabaseSync(join(folder, "shop/shop.sqlite"));
  const order = shop.prepare("select refunded from orders where id = '1011'").get();
  expect(order).toMatchObject({ refunded: 3000 });
  const [letter] = shop.prepare("select text from messages where order_id = '1011'").all();
  expect(letter?.["text"]).toContain("we have paid back HKD 3000 for");
  expect(await muster("root", "audit", "verify")).toContain("Verified: ");
}, 60_000);

test("whoever approves a letter reads all of it, and by when it is to be decided", async () => {
  const about = ["order_id=1116", "customer_id=C-1093"];
  const item = await itemOf("complaint", about, "Your people are rude.");
  const shown = await muster("mei", "inbox", "show", item);
  expect(shown).toContain("      | Dear Jun Ng,\n");
  expect(shown).toContain("      | Harbour Retail\n");
  expect(shown).toMatch(/until \w{3} \d+ \w{3} \d{4}, \d\d:\d\d \(Asia\/Hong_Kong\): /);
  expect(await muster("mei", "inbox", "list")).toMatch(
    /about order 1116 by mail {2}\(wf_.*\n.*\n {2}mei decides, until .* \(Asia\/Hong_Kong\): /,
  );
}, 60_000);
