import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCompany } from "../../index.ts";
import { givenCompany } from "../given-company.ts";

const FILES = {
  "workflows/fill.yaml": `
name: fill
parameters: { size: 10 }
steps:
  - { id: make, agent: maker, inputs: { size: $params.size }, outputs: { text: string } }
`,
  "workflows/ask.yaml": "name: ask\nsteps:\n  - { id: may, gate: { ask: May we?, from: [ana] } }\n",
  "agents/maker.yaml": "muster: 1\nkind: function\nmodule: ./agents/maker.ts\neffects: pure\n",
  "agents/maker.ts":
    "export const attempt = ({ inputs }) => ({ outputs: { text: 'x'.repeat(inputs.size) } });\n",
};

let place = "";
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "muster-backup-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe("backup", () => {
  test("copies all state into one file, verified, and restore makes a company of it", async () => {
    using given = givenCompany(FILES);
    await given.muster("run", "fill", "size=900000");
    const large = JSON.parse((await given.muster("runs", "show", "last", "--json")).out) as object;
    const archived = (await given.muster("runs", "archive", "last")).out.trim();
    await given.muster("run", "fill", "size=900000");
    await given.muster("run", "ask");
    const file = join(place, "monday.muster");
    const { code, out, err } = await given.muster("backup", file, "--json");
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toMatchObject({ file, runs: 2 });
    expect(statSync(file).mode & 0o077).toBe(0);

    using other = givenCompany(FILES);
    const restored = await given.muster("restore", file, other.folder);
    expect([restored.code, restored.out.trim()]).toEqual([0, other.folder]);
    expect((await other.muster("runs", "verify", "wf_", "--json")).code).toBe(2);
    const list = JSON.parse((await other.muster("runs", "list", "--json")).out) as readonly {
      readonly workflow_id: string;
      readonly name: string;
    }[];
    expect(list.map(({ name }) => name)).toEqual(["ask", "fill"]);
    expect((await other.muster("runs", "verify", list[1]?.workflow_id ?? "")).code).toBe(0);
    const again = await other.muster("runs", "show", archived, "--json");
    expect(JSON.parse(again.out)).toMatchObject({ status: "completed" });
    expect(large).toMatchObject({ status: "completed" });
    // What waited goes on where it was restored.
    await using company = await openCompany(other.folder);
    expect(await company.waiting(list[0]?.workflow_id as never)).toMatchObject([{ kind: "gate" }]);
  });

  test("says that keys of persons are not in it, and what is sealed is read again with them", async () => {
    using given = givenCompany(FILES);
    await given.muster("run", "fill", "--subject", "customer 7");
    const file = join(place, "sealed.muster");
    const made = await given.muster("backup", file);
    expect(made.err).toContain("1 run, ");
    expect(made.err).toContain("Keep a copy of .muster/keys and .muster/keys.sqlite apart from it");
    const into = join(place, "sealed");
    const restored = await given.muster("restore", file, into);
    expect(restored.err).toContain(
      `Put .muster/keys and .muster/keys.sqlite into ${join(into, ".muster")}`,
    );
    const why = async (): Promise<string> => (await given.muster("why", "last", "-C", into)).out;
    expect(await why()).not.toContain("xxxxxxxxxx");
    for (const name of ["keys", "keys.sqlite"])
      cpSync(join(given.folder, ".muster", name), join(into, ".muster", name), { recursive: true });
    expect(await why()).toContain("xxxxxxxxxx");
  });

  test("is of one moment while runs go on", async () => {
    using given = givenCompany(FILES);
    await using company = await openCompany(given.folder);
    const going = Array.from({ length: 200 }, (_, at) => company.run("fill", { size: at }));
    await going[0];
    const file = join(place, "busy.muster");
    const made = await company.backup(file);
    expect(made).toMatchObject({ file });
    await Promise.all(going);
    using other = givenCompany(FILES);
    expect((await given.muster("restore", file, other.folder)).code).toBe(0);
    await using restored = await openCompany(other.folder, { begin: false });
    for (const { stream } of restored.runs())
      expect((await restored.review(stream as never)).hash).not.toBeNull();
  });

  test("touches no file that is there, and of a damaged log says so and leaves none", async () => {
    using given = givenCompany(FILES);
    await given.muster("run", "fill", "size=900000");
    const file = join(place, "there.muster");
    writeFileSync(file, "mine");
    expect((await given.muster("backup", file)).code).toBe(5);
    expect(readFileSync(file, "utf8")).toBe("mine");
    rmSync(join(given.folder, ".muster", "artifacts"), { recursive: true });
    const fresh = join(place, "fresh.muster");
    const { code, err } = await given.muster("backup", fresh);
    expect([code, err]).toEqual([1, expect.stringContaining("is not there")]);
    expect(existsSync(fresh)).toBe(false);
  });

  test("is not restored over a log, and a file that is none is refused", async () => {
    using given = givenCompany(FILES);
    await given.muster("run", "ask");
    const file = join(place, "one.muster");
    await given.muster("backup", file);
    const over = await given.muster("restore", file, given.folder);
    expect([over.code, over.err]).toEqual([5, expect.stringContaining("has a log already")]);
    writeFileSync(join(place, "none"), "no backup");
    const none = await given.muster("restore", join(place, "none"), join(place, "into"));
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("no whole backup")]);
    expect(existsSync(join(place, "into", ".muster", "log.db"))).toBe(false);
  });

  test("is refused when it is not what was written any more, and leaves no log", async () => {
    using given = givenCompany(FILES);
    await given.muster("run", "ask");
    const file = join(place, "rotten.muster");
    await given.muster("backup", file);
    {
      using database = new DatabaseSync(file);
      database.exec("drop trigger decisions_stay");
      const { body } = database.prepare("select body from decisions limit 1").get() ?? {};
      const changed = String(body).replace(/sha256:[0-9a-f]/g, "sha256:_");
      database.prepare("update decisions set body = ? where body = ?").run(changed, String(body));
    }
    const into = join(place, "rotten");
    const { code, err } = await given.muster("restore", file, into);
    expect([code, err]).toEqual([1, expect.stringContaining("is not what was written")]);
    expect(existsSync(join(into, ".muster", "log.db"))).toBe(false);
  });
});
