import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openCompany, type RunId } from "../../index.ts";
import { type Given, givenCompany } from "../given-company.ts";

const FILES = {
  "workflows/fill.yaml": `
name: fill
parameters: { size: 10 }
steps:
  - { id: make, agent: maker, inputs: { size: $params.size }, outputs: { text: string, n: number } }
  - { id: keep, agent: maker, inputs: { text: $make.text }, outputs: { n: number } }
`,
  "agents/maker.yaml": "muster: 1\nkind: function\nmodule: ./agents/maker.ts\neffects: pure\n",
  "agents/maker.ts": `
export function attempt({ inputs, run }) {
  return { outputs: { text: run.repeat(inputs.size ?? 1), n: (inputs.text ?? "").length } };
}
`,
};

const OLD = 60 * 86_400_000;

async function ran(given: Given, size: number): Promise<string> {
  const { code, out, err } = await given.muster("run", "fill", `size=${size}`, "--json");
  if (code !== 0) throw new Error(err);
  return (JSON.parse(out) as { readonly workflow_id: string }).workflow_id;
}

const state = (given: Given, ...path: readonly string[]): string =>
  join(given.folder, ".muster", ...path);

describe("runs archive", () => {
  test("takes a run out of the log into one file, which is shown, read and verified without the log", async () => {
    using given = givenCompany(FILES);
    const run = await ran(given, 20_000);
    const shown = JSON.parse((await given.muster("runs", "show", run, "--json")).out) as object;
    const { code, out } = await given.muster("runs", "archive", run);
    expect(code).toBe(0);
    const file = out.trim();
    expect(existsSync(file)).toBe(true);
    expect((await given.muster("runs", "list")).out).not.toContain(run);
    expect(existsSync(state(given, "runs", run))).toBe(false);
    for (const name of [file, run]) {
      const later = JSON.parse((await given.muster("runs", "show", name, "--json")).out) as object;
      expect(later).toMatchObject({
        ...shown,
        summary: expect.anything(),
        findings: [],
      });
      const verified = await given.muster("runs", "verify", name, "--json");
      expect([verified.code, JSON.parse(verified.out)]).toMatchObject([0, { sound: true }]);
      expect((await given.muster("runs", "events", name)).out).toContain("run.finished");
    }
  });

  test("of a changed or cut file says so, and exits with 1", async () => {
    using given = givenCompany(FILES);
    const run = await ran(given, 10);
    const file = (await given.muster("runs", "archive", run)).out.trim();
    const whole = readFileSync(file);
    const text = gunzipSync(whole).toString("utf8");
    const changes = [
      gzipSync(text.replace('"n":', '"m":')),
      gzipSync(text.split("\n").slice(0, -2).join("\n")),
      whole.subarray(0, whole.length - 20),
      Buffer.from("no archive"),
    ];
    for (const changed of changes) {
      writeFileSync(file, changed);
      const { code, err } = await given.muster("runs", "verify", file);
      expect([code, err]).toEqual([1, expect.stringContaining("is not what was written")]);
    }
  });

  test("--older-than archives all that ended so long ago, and the database shrinks", async () => {
    let now = Date.now();
    using given = givenCompany(FILES, () => now);
    const runs: string[] = [];
    for (let at = 0; at < 12; at += 1) runs.push(await ran(given, at === 0 ? 40_000 : 4_000));
    const size = (): number => statSync(state(given, "log.db")).size;
    const none = await given.muster("runs", "archive", "--older-than", "30d", "--json");
    expect(JSON.parse(none.out)).toMatchObject({ archived: [] });
    const before = size();
    now += OLD;
    const { out, code } = await given.muster("runs", "archive", "--older-than", "0s", "--json");
    expect(code).toBe(0);
    expect((JSON.parse(out) as { archived: readonly object[] }).archived).toHaveLength(12);
    expect(size()).toBeLessThan(before / 4);
    expect(
      existsSync(state(given, "artifacts")) ? filesBelow(state(given, "artifacts")) : [],
    ).toEqual([]);
    for (const run of runs) expect((await given.muster("runs", "verify", run)).code).toBe(0);
  });

  test("keeps what a run that stays needs, and the next run of the same workflow is as the first", async () => {
    using given = givenCompany(FILES);
    const [first, second] = [await ran(given, 20_000), await ran(given, 20_000)];
    await given.muster("runs", "archive", first);
    expect((await given.muster("runs", "verify", second)).code).toBe(0);
    await given.muster("runs", "archive", second);
    const third = await ran(given, 20_000);
    expect((await given.muster("runs", "verify", third)).code).toBe(0);
    const events = await given.muster("runs", "events", third, "--json");
    const [line = ""] = events.out.split("\n");
    // Positions are never used again, whatever has left the log.
    expect((JSON.parse(line) as { position: number }).position).toBeGreaterThan(10);
  });

  test("the same request is still the same run", async () => {
    using given = givenCompany(FILES);
    const request = ["run", "fill", "--request-id", "mail-1", "--no-wait", "--json"];
    const first = JSON.parse((await given.muster(...request)).out) as { readonly run: string };
    await given.muster("runs", "resume", first.run);
    await given.muster("runs", "archive", first.run);
    const again = JSON.parse((await given.muster(...request)).out) as object;
    expect(again).toEqual({ run: first.run, again: true });
  });

  test("retention: {runs: …} in map.yaml does so by itself, while the company is open", async () => {
    using given = givenCompany(FILES);
    const run = (await ran(given, 10)) as RunId;
    given.write("map.yaml", "muster: 1\nretention: { runs: 1ms }\n");
    await using company = await openCompany(given.folder);
    for (let looks = 0; company.archiveOf(run) === null && looks < 400; looks += 1) await sleep(25);
    expect(company.archiveOf(run)).toContain(`${run}.run.gz`);
    expect(company.standing(run)).toBeNull();
  });

  test("an archive is kept for thirty days at least", async () => {
    using given = givenCompany(FILES);
    given.write("map.yaml", "muster: 1\nretention: { runs: 90d, archives: 29d }\n");
    const { code, out } = await given.muster("check");
    expect([code, out]).toEqual([2, expect.stringContaining("map.yaml:2:35")]);
  });

  test("a run that was archived is looked at, and every verb that steers it says that it is archived", async () => {
    using given = givenCompany(FILES);
    const run = await ran(given, 10);
    const archived = await given.muster("runs", "archive", run);
    expect(archived.err).toMatch(/1 run archived; the log (keeps its|went from) \d+/);
    const listed = await given.muster("checkpoints", "list", run);
    expect([listed.code, listed.out]).toEqual([0, expect.stringContaining("its archive")]);
    const notices = await given.muster("runs", "notices", run);
    expect([notices.code, notices.err]).toEqual([0, expect.stringContaining("was archived")]);
    for (const words of [
      ["pause", run, "--why", "x"],
      ["resume", run],
      ["cancel", run, "--reason", "x"],
      ["skip", run, "make", "--why", "x"],
      ["fork", run],
    ]) {
      const { code, err } = await given.muster("runs", ...words);
      expect([code, err]).toEqual([5, expect.stringContaining(`${run} was archived`)]);
    }
  });

  test("refuses a run that goes on, and says which words are missing", async () => {
    using given = givenCompany(FILES);
    const { out } = await given.muster("run", "fill", "--no-wait");
    const { code, err } = await given.muster("runs", "archive", out.trim());
    expect([code, err]).toEqual([5, expect.stringContaining("only a run that has ended")]);
    expect((await given.muster("runs", "archive")).code).toBe(2);
    expect((await given.muster("runs", "archive", "--older-than", "soon")).code).toBe(2);
  });
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ name }) => name);
}
