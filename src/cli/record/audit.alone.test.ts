/** What is said of the record as a whole, by the command line. */

import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { type Given, givenCompany } from "../given-company.ts";

const FILES = {
  "map.yaml": "muster: 1\naudit: { checkpoints: [outside] }\n",
  "workflows/two.yaml": `
name: two
parameters: { text: text }
steps:
  - { id: one, agent: writer, inputs: { text: $params.text }, outputs: { said: text } }
  - { id: other, agent: writer, inputs: { text: $one.said }, outputs: { said: text } }
`,
  "agents/writer.yaml": "muster: 1\nkind: function\nmodule: ./agents/writer.ts\neffects: pure\n",
  "agents/writer.ts":
    "export const attempt = ({ inputs }) => ({ outputs: { said: `${inputs.text}!` } });\n",
};

async function ran(given: Given, ...words: readonly string[]): Promise<void> {
  const { code, err } = await given.muster("run", "two", ...words);
  expect(`${code} ${err}`).toMatch(/^0 /);
}

/** Files of checkpoints outside. */
function outside({ folder }: Given): readonly string[] {
  return readdirSync(join(folder, "outside")).map((file) => join(folder, "outside", file));
}

describe("muster audit verify", () => {
  test("says what was gone through, and against what", async () => {
    using given = givenCompany(FILES);
    await ran(given, "text=one");
    await ran(given, "text=two");
    const { code, out } = await given.muster("audit", "verify");
    expect(out).toMatch(
      /^Verified: \d+ events of 3 streams, \d+ a second\.\nRoot \S{44} at size \d+; 2 checkpoints beside the log hold\.\nVerified up to size \d+ against 2 outside checkpoints; what came behind/,
    );
    expect(code).toBe(0);
    const [file = ""] = outside(given);
    expect(readFileSync(file, "utf8")).toMatch(/^muster\/local\/[0-9a-f]{8}\n\d+\n/);
    const json = await given.muster("audit", "verify", "--checkpoint", file, "--json");
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, outside_checkpoints: 2, first: null });
  });

  test("names what is wrong, where it begins, and ends with another code than 0", async () => {
    using given = givenCompany(FILES);
    await ran(given, "text=one");
    {
      using database = new DatabaseSync(join(given.folder, ".muster/log.db"));
      database.exec("drop trigger decisions_stay");
      database.exec(`update decisions set body = replace(body, 'one!', 'own!')`);
    }
    const { code, out } = await given.muster("audit", "verify");
    expect(out).toMatch(/^✗ modified at position \d+: Event wf_\S+ does not give the hash/);
    expect(out).toContain("\n\nNot verified: ");
    expect(code).toBe(1);
  });

  test("says plainly that nothing tells of an end that was cut off where no checkpoint was kept elsewhere", async () => {
    using given = givenCompany({ ...FILES, "map.yaml": "muster: 1\n" });
    await ran(given, "text=one");
    const { code, out } = await given.muster("audit", "verify");
    expect(out).toContain(
      "an end that was cut off, or a record replaced as a whole, would not be seen",
    );
    expect(code).toBe(0);
  });

  test("a file that is no checkpoint is refused, with its line", async () => {
    using given = givenCompany({ ...FILES, "note.txt": "hello\n" });
    await ran(given, "text=one");
    const { code, err } = await given.muster("audit", "verify", "--checkpoint", "note.txt");
    expect(err).toContain("note.txt:1:1 is no checkpoint of a log");
    expect(code).toBe(2);
  });
});

describe("muster audit checkpoint and rotate-key", () => {
  test("another key signs from then on, and what the old one signed stays good", async () => {
    using given = givenCompany(FILES);
    await ran(given, "text=one");
    const rotated = await given.muster("audit", "rotate-key", "--why", "Bo has left");
    expect(rotated.out).toMatch(/^muster\/local\/[0-9a-f]{8}\+[0-9a-f]{8}\+\S{44}\n$/);
    await ran(given, "text=two");
    const signed = await given.muster("audit", "checkpoint");
    expect(signed.out).toMatch(
      /^muster\/local\/\S+\n\d+\n\S+\nat \S+\n\n— muster\/local\/\S+ \S+\n$/,
    );
    const { code, out } = await given.muster("audit", "verify", "--json");
    expect(JSON.parse(out)).toMatchObject({ ok: true, wrong: [] });
    expect(code).toBe(0);
  });

  test("a log whose key was lost goes on under its own name with another, and what was signed stays good", async () => {
    using given = givenCompany(FILES);
    await ran(given, "text=one");
    const first = await given.muster("audit", "checkpoint");
    rmSync(join(given.folder, ".muster/keys"), { recursive: true });
    await ran(given, "text=two");
    const second = await given.muster("audit", "checkpoint");
    expect(second.out.split("\n")[0]).toBe(first.out.split("\n")[0]);
    const { out } = await given.muster("audit", "verify", "--json");
    expect(JSON.parse(out)).toMatchObject({ ok: true, wrong: [] });
  });

  test("a log at rest is not signed again, and grows by nothing", async () => {
    using given = givenCompany(FILES);
    await ran(given, "text=one");
    const first = await given.muster("audit", "checkpoint");
    const second = await given.muster("audit", "checkpoint");
    expect(second.out).toBe(first.out);
  });
});

describe("muster audit export", () => {
  test("bundle verifies offline with `node verify.mjs`, and tells of one that was changed", async () => {
    using given = givenCompany(FILES);
    await ran(given, "text=Mei Wong", "--subject", "customer 4711");
    await ran(given, "text=two");
    const { code, err } = await given.muster("audit", "export", "-o", "bundle");
    expect(`${code} ${err}`).toMatch(/^0 \d+ events of \d+\./);
    const folder = join(given.folder, "bundle");
    const verified = (): { status: number | null; stdout: string } =>
      spawnSync(process.execPath, ["verify.mjs"], { cwd: folder, encoding: "utf8" });
    expect(verified()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Verified: /) });
    const events = readFileSync(join(folder, "events.jsonl"), "utf8");
    expect(events).not.toContain("Mei Wong");
    expect(readFileSync(join(folder, "open.jsonl"), "utf8")).toContain("Mei Wong");
    writeFileSync(join(folder, "events.jsonl"), events.replace("two!", "own!"));
    expect(verified().status).toBe(1);
    expect(verified().stdout).toMatch(/modified at position \d+: wf_\S+ does not give its hash/);
    writeFileSync(join(folder, "events.jsonl"), events.split("\n").slice(2).join("\n"));
    expect(verified().stdout).toContain("missing at position 1");
    const packed = await given.muster("audit", "export", "--sealed", "-o", "november.tar.gz");
    expect(packed.out).toBe(`${join(given.folder, "november.tar.gz")}\n`);
    const unpacked = spawnSync("tar", ["-xzf", "november.tar.gz"], { cwd: given.folder });
    expect(unpacked.status).toBe(0);
    const november = join(given.folder, "november");
    for (const name of readdirSync(november, { recursive: true, encoding: "utf8" }))
      if (name.includes("."))
        expect(readFileSync(join(november, name), "utf8")).not.toContain("Mei");
    const verifies = (at: string): number | null =>
      spawnSync(process.execPath, [join(november, "verify.mjs"), at], { cwd: given.folder }).status;
    expect(["november", "november.tar.gz"].map(verifies)).toEqual([0, 0]);
    writeFileSync(join(november, "leaves.bin"), "");
    spawnSync("tar", ["-czf", "other.tar.gz", "november"], { cwd: given.folder });
    expect(["november", "other.tar.gz"].map(verifies)).toEqual([1, 1]);
    const twice = await given.muster("audit", "export", "-o", "november.tar.gz");
    expect(twice.err).toContain("is there already");
    const told = await given.muster("audit", "export", "-o", "bundle");
    expect(told.err).toContain("is not empty");
    await given.muster("audit", "hold", "customer 4711", "--why", "a dispute");
    const held = await given.muster("audit", "erase", "customer 4711", "--why", "asked for it");
    expect(held.err).toContain("is held: a dispute");
    await given.muster("audit", "hold", "customer 4711", "--release");
    const copies = ["copy", "other"].map((name) => join(given.folder, name));
    for (const copy of copies)
      cpSync(join(given.folder, ".muster"), join(copy, ".muster"), { recursive: true });
    const words = ["audit", "erase", "customer 4711", "--why", "asked for it", "--also", "copy"];
    const erased = await given.muster(...words);
    expect(erased.err).toContain(`1 key destroyed in ${copies[0]}.`);
    const list = join(given.folder, ".muster/erasures.jsonl");
    const listed = await given.muster("audit", "erase-listed", list, "--folder", copies[1] ?? "");
    expect(listed).toMatchObject({ code: 0, out: erased.out });
    const none = await given.muster("audit", "erase-listed", "nothing.jsonl");
    expect(none.err).toContain("The list nothing.jsonl cannot be read");
    await given.muster("audit", "export", "-o", "after", "--from", "2020-01-01");
    const after = join(given.folder, "after");
    expect(readFileSync(join(after, "open.jsonl"), "utf8")).not.toContain("Mei Wong");
    expect(readFileSync(join(after, "open.jsonl"), "utf8")).toContain("[erased]");
    const result = spawnSync(process.execPath, ["verify.mjs"], { cwd: after, encoding: "utf8" });
    expect(result).toMatchObject({ status: 0 });
    expect(readFileSync(join(after, "events.jsonl"), "utf8")).toContain('"audit.exported"');
  });

  test("roles.csv says who worked there from when on, in which roles, as each process went by it", async () => {
    const people = (roles: string): string =>
      `muster: 1\npeople:\n  ana: { name: Ana Ho, email: ana@example.org, roles: ${roles}, teams: desk, manager: bo }\n  bo: { roles: director }\n`;
    using given = givenCompany({ ...FILES, "people.yaml": people("manager") });
    await ran(given, "text=one");
    await ran(given, "text=two");
    writeFileSync(join(given.folder, "people.yaml"), people("[manager, finance]"));
    await given.muster("map", "publish", "--why", "Ana is of finance, too");
    rmSync(join(given.folder, "people.yaml"));
    await ran(given, "text=three");
    await given.muster("audit", "export", "-o", "bundle", "--from", "2090-01-01");
    const rows = readFileSync(join(given.folder, "bundle/roles.csv"), "utf8").trim().split("\r\n");
    const said = rows.filter((row) => row.includes("people.changed")).map((row) => row.split(","));
    expect(said.map((cells) => cells.slice(4, 8))).toEqual([
      ["ana", "manager", "desk", "bo"],
      ["bo", "director", "", ""],
      ["ana", "manager finance", "desk", "bo"],
      ["bo", "director", "", ""],
      ["", "", "", ""],
    ]);
    expect(rows.join("")).not.toContain("ana@example.org");
    const events = await given.muster("audit", "export", "-o", "all");
    expect(events.code).toBe(0);
    const all = readFileSync(join(given.folder, "all/roles.csv"), "utf8").split("\r\n");
    const published = all.filter((row) => row.includes("map.published")).at(-1) ?? "";
    expect(published).toContain(said[2]?.at(-1) ?? "no digest");
  });
});
