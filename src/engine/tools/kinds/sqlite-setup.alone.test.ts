import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mapOf, type ToolGiven } from "../../../../test/given/work-map.ts";
import { openToolbox, type Performed } from "../index.ts";

const never = new AbortController().signal;
const COUNT: ToolGiven = {
  operation: { sql: "select count(*) as n from orders" },
  reads: { entity: "orders", fields: null },
};
const MADE = "create table orders (id text); insert into orders values ('1'), ('2');";

async function asked(folder: string): Promise<Performed> {
  const settings = { url: "./shop.db", setup: "./shop.sql" };
  const toolbox = openToolbox({
    folder,
    map: mapOf({ kind: "sql", settings, tools: { "orders.count": COUNT } }),
    environment: {},
    now: () => 5,
  });
  const call = { key: "wf_a:7", redact: [], bindings: null, preview: null, args: {} };
  try {
    return await toolbox.perform({ ...call, tool: "orders.count" }, never);
  } finally {
    await toolbox.close();
  }
}

test("a database that is not there is made of its setup, once, by several at the same moment", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-setup-"));
  writeFileSync(join(folder, "shop.sql"), MADE);
  const answers = await Promise.all([asked(folder), asked(folder), asked(folder)]);
  for (const answer of answers) expect(answer).toMatchObject({ result: [{ n: 2 }] });
  expect(readdirSync(folder).toSorted()).toEqual(["shop.db", "shop.sql"]);
});

test("a setup that is wrong makes nothing, and is told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-setup-"));
  writeFileSync(join(folder, "shop.sql"), `${MADE} select * from nowhere;`);
  const answer = await asked(folder);
  expect(answer).toMatchObject({ outcome: "failed" });
  expect(JSON.stringify(answer)).toContain("does not make a database: no such table: nowhere");
  expect(readdirSync(folder)).toEqual(["shop.sql"]);
});
