/** One page that says why, of a case of the example shop. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCompany } from "../../index.ts";
import { program } from "../program.ts";

let folder = "";
const REFUND =
  "The air purifier of order 1011 is louder than promised. <b>Please</b> pay back HKD 3,280.";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-why-"));
  cpSync(join(import.meta.dirname, "../../../packs/harbour-retail"), folder, { recursive: true });
  const about = ["--about", "order_id=1011", "--about", "customer_id=C-1048"];
  const from = ["--from", "customer:C-1048", "--channel", "mail", "--type", "refund"];
  await muster("root", "request", REFUND, ...from, ...about);
  const inbox = await muster("oscar", "inbox", "list", "--json");
  const item = /wf_[a-z0-9_]+\.\d+/.exec(inbox)?.[0] ?? "";
  await muster("oscar", "inbox", "approve", item, "--reason", "It was our fault.");
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function muster(person: string, ...words: readonly string[]): Promise<string> {
  const out: string[] = [];
  const said = { write: (text: string) => out.push(text) };
  await program(words, {
    cwd: folder,
    env: { NO_COLOR: "1" },
    person,
    stdout: said,
    stderr: { write: () => 0 },
    now: Date.now,
    openCompany,
    onInterrupt: () => () => undefined,
    packs: join(folder, "no-packs"),
    keys: () => null,
  });
  return out.join("");
}

function copied(): string {
  const copy = mkdtempSync(join(tmpdir(), "muster-why-copy-"));
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function rewrite(of: string, change: (body: string) => string): void {
  using database = new DatabaseSync(join(of, ".muster/log.db"));
  database.exec("drop trigger if exists decisions_stay");
  const put = database.prepare("update decisions set body = ? where position = ?");
  for (const { position, body } of database.prepare("select position, body from decisions").all())
    put.run(change(String(body)), position as number);
}

/** Of who asked for what was decided, and of who decided. */
function marksIn(of: string): readonly string[] {
  using database = new DatabaseSync(join(of, ".muster/log.db"), { readOnly: true });
  const bodies = database
    .prepare("select body from decisions order by position")
    .all()
    .map(({ body }) => String(body));
  return bodies.flatMap((body) => body.match(/mark:[0-9a-f]{32}/g) ?? []);
}

describe("muster why", () => {
  test("answers for a record: what came, what was read, which rule, who approved, where it was written", async () => {
    const page = await muster("ana", "why", "orders", "1011");
    for (const words of [
      "customer C-1048 by mail",
      `│ ${REFUND}`,
      "shop payments PAY-1011",
      "refund-over-limit",
      "[was HKD ",
      "oscar allowed",
      "It was our fault.",
      "shop orders 1011, by refund.pay",
      "What went wrong, and who repaired it: nothing",
    ])
      expect(page).toContain(words);
  });

  test("is the same page for the case, as Markdown and as HTML, in which the words of others are only words", async () => {
    const markdown = await muster("ana", "why", "last", "--md");
    expect(markdown).toContain("## 5. Who approved what\n\n- asked oscar, petra");
    expect(markdown).toContain("\\<b\\>Please");
    const page = await muster("ana", "why", "last", "--html");
    expect(page).toContain("&#60;b&#62;Please");
    expect(page).not.toContain("<b>");
    expect(page).toContain("default-src 'none'");
    const json = JSON.parse(await muster("ana", "why", "last", "--json")) as { cases: string[] };
    expect(json.cases).toHaveLength(1);
    const of = json.cases[0] ?? "";
    expect(of).toMatch(/^cs_/);
    expect(await muster("ana", "why", "case", of)).toBe(await muster("ana", "why", of));
    expect(await muster("ana", "why", "run", "last")).toBe(await muster("ana", "why", "last"));
  });

  test("the record of it holds against what is allowed; an approval that is taken out is told", async () => {
    expect(await muster("ana", "audit", "verify")).toMatch(/^Verified: /);
    const copy = copied();
    rewrite(copy, (body) => body.replaceAll('"gate.consumed"', '"gate.reminded"'));
    const told = await muster("ana", "audit", "verify", "--folder", copy);
    expect(told).toContain("✗ modified at position");
    expect(told).toMatch(
      /✗ policy-violation at position \d+: .*refund\.pay, which nobody approved/,
    );
    rmSync(copy, { recursive: true });
  });

  test("the record of it tells a vote of who asked, by the name and, when that is erased, by its mark", async () => {
    const said = await muster("ana", "audit", "verify");
    expect(said).toContain("1 closed case, asked the seven things");
    expect(said).toContain("nothing of the kind happened in: what failed and who mended it 1");
    const copy = copied();
    const [asker = "", , decider = ""] = marksIn(copy);
    const at = ["--folder", copy];
    // As somebody would who writes into the log who has decided.
    rewrite(copy, (body) => body.replaceAll('"voter":"oscar"', '"voter":"C-1048"'));
    expect(await muster("ana", "audit", "verify", ...at)).toMatch(
      /is a vote of C-1048, who asked for it \(P3\)/,
    );
    rewrite(copy, (body) => body.replaceAll('"voter":"C-1048"', '"voter":"oscar"'));
    rewrite(copy, (body) => body.replaceAll(decider, asker));
    rmSync(join(copy, ".muster/keys.sqlite"));
    expect(await muster("ana", "audit", "verify", ...at)).toMatch(
      /is a vote of oscar, who has the mark of one who asked for it \(P3\)/,
    );
    rmSync(copy, { recursive: true });
  });

  test("is the same page when its runs have left the log", async () => {
    const asked = [
      ["orders", "1011"],
      [/cs_[a-z0-9]+/.exec(await muster("ana", "cases", "list"))?.[0] ?? ""],
    ];
    const before = await Promise.all(asked.map((words) => muster("ana", "why", ...words)));
    const archived = await muster("ana", "runs", "archive", "--older-than", "0s");
    const run = /wf_[a-z0-9_]+/.exec(archived)?.[0] ?? "";
    expect(await muster("ana", "runs", "list")).not.toContain(run);
    expect(await Promise.all(asked.map((words) => muster("ana", "why", ...words)))).toEqual(before);
    expect(await muster("ana", "why", run)).toContain("oscar allowed");
    expect(await muster("ana", "audit", "verify")).toMatch(/^Verified: .* of them in archives, of/);
    await muster("ana", "audit", "export", "-o", "bundle");
    const bundle = join(folder, "bundle");
    expect(readFileSync(join(bundle, "approvals.csv"), "utf8")).toContain("It was our fault.");
    expect(readFileSync(join(bundle, "open.jsonl"), "utf8")).toContain("C-1048");
    const verified = spawnSync(process.execPath, ["verify.mjs"], { cwd: bundle, encoding: "utf8" });
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Verified: /) });
  });

  test("says so when what it tells of is erased, and still who approved what", async () => {
    await muster("ana", "audit", "erase", "C-1048", "--why", "asked for it");
    const page = await muster("ana", "why", "orders", "1011");
    expect(page).toContain("is erased.");
    expect(page).not.toContain("C-1048");
    expect(page).not.toContain("louder than promised");
    expect(page).toContain("oscar allowed");
    expect(await muster("ana", "audit", "verify")).toMatch(/^Verified: /);

    const id = /cs_[a-z0-9]+/.exec(await muster("ana", "cases", "list"))?.[0] ?? "";
    const shown = await muster("ana", "cases", "show", id);
    expect(shown).toContain("| [erased]");
    expect(shown).not.toContain("C-1048");
    const replayed = JSON.parse(await muster("ana", "rules", "replay", "--json"));
    expect(replayed).toMatchObject({ changed: [] });
    expect(replayed.unclear).toBe(replayed.judged);
  });
});
