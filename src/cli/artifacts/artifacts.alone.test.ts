import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../engine/runtime/index.ts";
import { openCompany } from "../../index.ts";
import { type Given, givenCompany } from "../given-company.ts";
import { momentIn } from "../output/index.ts";

const FILES = {
  "workflows/fill.yaml": `
name: fill
parameters: { size: 10, note: { type: any, required: false } }
steps:
  - { id: make, agent: maker, inputs: { size: $params.size }, outputs: { text: string, n: number } }
`,
  "agents/maker.yaml": "muster: 1\nkind: function\nmodule: ./agents/maker.ts\neffects: pure\n",
  "agents/maker.ts": `
export function attempt({ inputs }) {
  const { size, price } = inputs;
  return { outputs: { text: "abc".repeat(size), n: price?.eur ?? 0 } };
}
`,
};

const DAYS = 86_400_000;

async function ran(given: Given, ...words: readonly string[]): Promise<string> {
  const { code, out, err } = await given.muster("run", "fill", ...words, "--json");
  if (code !== 0) throw new Error(err);
  return (JSON.parse(out) as { readonly workflow_id: string }).workflow_id;
}

async function said(given: Given, ...words: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await given.muster("artifacts", ...words, "--json");
  return { code, ...(JSON.parse(code === 0 ? out : err) as object) };
}

describe("artifact storage and retrieval", () => {
  test("lists what steps gave above 4 KiB and what was put, and gives it back", async () => {
    using given = givenCompany(FILES);
    const run = await ran(given, "size=100000");
    given.write("letter.txt", "Dear all,\nyours\n");
    const put = await said(given, "put", "letter.txt", "--name", "letter");
    expect(put).toMatchObject({ code: 0, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    const { artifacts } = (await said(given, "list")) as { artifacts: { digest: string }[] };
    expect(artifacts).toEqual([
      expect.objectContaining({ digest: put["digest"], name: "letter", run: null, by: "ana" }),
      expect.objectContaining({ name: "make", run, step: "make", by: null }),
    ]);
    expect((await said(given, "list", "last"))["artifacts"]).toEqual([artifacts[1]]);
    const got = await said(given, "get", artifacts[1]?.digest ?? "");
    expect(got).toMatchObject({ code: 0, value: { text: "abc".repeat(100_000), n: 0 } });
    expect(await said(given, "get", `${run}/make`)).toEqual(got);
    const text = await given.muster("artifacts", "get", "last/make.text", "-o", "text.txt");
    expect(text.code).toBe(0);
    expect(readFileSync(join(given.folder, "text.txt"), "utf8")).toBe("abc".repeat(100_000));
    const letter = await given.muster("artifacts", "get", String(put["digest"]));
    expect(letter.out).toContain("Dear all,\nyours");
    const again = await given.muster("artifacts", "get", "last/make.text", "-o", "text.txt");
    expect([again.code, again.err]).toEqual([5, expect.stringContaining("not there yet")]);
  });

  test("the time of an artifact and of a checkpoint is that of the company's zone", async () => {
    using given = givenCompany({ ...FILES, "calendar.yaml": "zone: Asia/Hong_Kong\n" });
    await ran(given, "size=100000");
    const { artifacts } = (await said(given, "list")) as { artifacts: { at: string }[] };
    const listed = await given.muster("artifacts", "list");
    expect(listed.out).toContain("AT (Asia/Hong_Kong)");
    expect(listed.out).toContain(momentIn(Date.parse(artifacts[0]?.at ?? ""), "Asia/Hong_Kong"));
    const { out } = await given.muster("checkpoints", "list", "last", "--json");
    const [checkpoint] = JSON.parse(out) as { readonly at: string }[];
    const checkpoints = await given.muster("checkpoints", "list", "last");
    expect(checkpoints.out).toContain("AT (Asia/Hong_Kong)");
    expect(checkpoints.out).toContain(momentIn(Date.parse(checkpoint?.at ?? ""), "Asia/Hong_Kong"));
  });

  test("what was put can be an input, or a param", async () => {
    using given = givenCompany(FILES);
    given.write("price.json", '{ "eur": 7 }');
    const { digest } = await said(given, "put", "price.json");
    const bind = `make.inputs.price=artifact:${String(digest)}`;
    await ran(given, "--bind", bind, `note=artifact:${String(digest)}`);
    const { out } = await given.muster("artifacts", "get", "last/make.n");
    expect(out).toBe("7\n");
    const shown = await given.muster("runs", "events", "last", "--json");
    expect(shown.out).toContain('"note":{"eur":7}');
    expect(shown.out).toContain(`"from":"artifact:${String(digest)}"`);
    const wrong = `artifact:sha256:${"0".repeat(64)}`;
    const none = await given.muster("run", "fill", "--bind", `make.inputs.price=${wrong}`);
    expect([none.code, none.err]).toEqual([3, expect.stringContaining("There is no artifact")]);
  });

  test("is kept by the process at work, where another asks for it", async () => {
    using given = givenCompany(FILES);
    await using host = await openCompany(given.folder);
    given.write("letter.txt", "Dear all");
    const { digest } = await said(given, "put", "letter.txt");
    expect(host.isGuest).toBe(false);
    expect(host.artifact({ digest: String(digest) })).toEqual({ digest, value: "Dear all" });
    expect((await said(given, "list"))["artifacts"]).toEqual(host.artifacts()?.artifacts);
  });

  test("each refusal says what, and the mend", async () => {
    using given = givenCompany(FILES);
    await ran(given);
    const told = async (...words: readonly string[]): Promise<string> =>
      (await given.muster("artifacts", ...words)).err;
    expect(await told("put", "none.txt", "--file")).toContain("There is no file");
    expect(await told("put", "none.txt")).toContain("cannot be read");
    expect(await told("get", "last/other.text")).toContain("These have: make");
    expect(await told("get", "last/make.other")).toContain("It gave: n, text");
    expect(await told("get", "make")).toContain("names no artifact");
    expect(await told("get", "sha256:12")).toContain("is no digest");
  });

  test("is sealed: a damaged one is refused with a sentence, small or large", async () => {
    using given = givenCompany(FILES);
    await ran(given, "size=100000");
    await ran(given, "size=2000");
    const state = join(given.folder, ".muster");
    const { artifacts } = (await said(given, "list")) as { artifacts: { digest: string }[] };
    const [small = "", large = ""] = artifacts.map(({ digest }) => digest);
    const hex = large.slice("sha256:".length);
    const file = join(state, "artifacts", hex.slice(0, 2), hex.slice(2));
    expect([statSync(file).mode & 0o777, statSync(state).mode & 0o777]).toEqual([0o600, 0o700]);
    writeFileSync(file, readFileSync(file, "utf8").replace("abc", "abd"));
    const database = new DatabaseSync(join(state, "log.db"));
    database
      .prepare("update contents set text = replace(text, 'abc', 'abd') where digest = ?")
      .run(small);
    database.close();
    for (const digest of [small, large]) {
      const { code, err } = await given.muster("artifacts", "get", digest);
      expect(code).not.toBe(0);
      expect(err).toContain("is not what was written");
      expect(err).toContain("Restore");
    }
  });

  test("is swept when nothing refers to it: what was put goes after thirty days, what a run gave stays", async () => {
    using given = givenCompany(FILES);
    await ran(given, "size=100000");
    const state = join(given.folder, ".muster");
    given.write("alone.txt", "z".repeat(400_000));
    const { digest: alone } = await said(given, "put", "alone.txt");
    const whole = await said(given, "get", "last/make");
    given.write("same.json", JSON.stringify(whole["value"]));
    expect((await said(given, "put", "same.json"))["digest"]).toBe(whole["digest"]);
    const stray = join(state, "artifacts", "ab", "0".repeat(62));
    given.write(".muster/artifacts/ab/" + "0".repeat(62), "left by a process that died");
    given.write(`.muster/artifacts/ab/${"0".repeat(62)}.77.draft`, "half");
    given.write(".muster/artifacts/ab/mine.txt", "not of Muster");
    expect((await given.muster("doctor")).out).toContain("2 of them put by people");
    await swept(given, 29 * DAYS, () => !existsSync(stray));
    expect((await said(given, "get", String(alone)))["code"]).toBe(0);
    expect(existsSync(`${stray}.77.draft`)).toBe(false);
    expect(existsSync(join(state, "artifacts", "ab", "mine.txt"))).toBe(true);
    const hex = String(alone).slice("sha256:".length);
    const file = join(state, "artifacts", hex.slice(0, 2), hex.slice(2));
    await swept(given, 31 * DAYS, () => !existsSync(file));
    expect((await said(given, "get", String(alone)))["code"]).toBe(3);
    expect(await said(given, "get", "last/make")).toEqual(whole);
  });
});

/** A company at work, some time from now, until that is so. */
async function swept(given: Given, laterMs: number, until: () => boolean): Promise<void> {
  await using _company = await openCompany(given.folder, {
    clock: { ...systemClock, now: () => Date.now() + laterMs },
  });
  await expect.poll(until, { timeout: 60_000 }).toBe(true);
}
