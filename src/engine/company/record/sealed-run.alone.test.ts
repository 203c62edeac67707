import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Envelope } from "../../../core/audit/index.ts";
import type { RunId } from "../../../core/id.ts";
import { openKeyring } from "../../sealing/index.ts";
import { type Company, openCompany } from "../index.ts";

const SECRET = "Mei Wong of 9 Harbour Road";
const LONG = `${SECRET} `.repeat(400);

const REPLY = `muster: 1
name: reply
parameters: { text: text }
outputs: { long: $letter.long }
steps:
  - { id: letter, agent: writer, inputs: { text: $params.text }, outputs: { long: text } }
  - { id: again, workflow: part, inputs: { text: $letter.long } }
  - { id: last, agent: failing, optional: true }
`;
const PART = `muster: 1
name: part
parameters: { text: text }
steps: [{ id: inner, agent: writer, inputs: { text: $params.text }, outputs: { long: text } }]
`;

const agents = {
  writer: { effects: "pure", attempt: () => ({ outputs: { long: LONG } }) },
  failing: {
    effects: "pure",
    attempt: () => ({ error: { class: "permanent", kind: "rejected", message: `no ${SECRET}` } }),
  },
} as const;

const STAY = "muster: 1\nname: stay\nsteps: [{ id: hold, wait: 30d }]\n";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-sealed-"));
  mkdirSync(join(folder, "workflows"));
  writeFileSync(join(folder, "workflows/reply.yaml"), REPLY);
  writeFileSync(join(folder, "workflows/part.yaml"), PART);
  writeFileSync(join(folder, "workflows/stay.yaml"), STAY);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): Promise<Company> => openCompany(folder, { agents: agents as never });

async function ran(company: Company, subject?: string): Promise<RunId> {
  const started = await company.run(
    "reply",
    { text: SECRET },
    subject === undefined ? {} : { subject },
  );
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  await company.settled(started.run);
  return started.run;
}

async function gathered(events: AsyncIterable<Envelope>): Promise<readonly Envelope[]> {
  const all: Envelope[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Files below `.muster` in which somebody's words can be read. */
function openFiles(): readonly string[] {
  const found: string[] = [];
  for (const name of readdirSync(join(folder, ".muster"), { recursive: true }) as string[]) {
    const path = join(folder, ".muster", name);
    if (statSync(path).isFile() && readFileSync(path, "latin1").includes("Mei Wong"))
      found.push(name);
  }
  return found;
}

describe("a run that works with the data of a person", () => {
  test("leaves nothing of them in the log, its contents, its snapshots and its sub-runs that can be read without the key", async () => {
    let run: RunId;
    {
      await using company = await open();
      run = await ran(company, "customer 4711");
      expect(JSON.stringify(await company.document(run))).toContain(SECRET);
      expect(company.runs().map(({ workflow }) => workflow)).toEqual(["part", "reply"]);
      const { points } = await company.review(run);
      expect(points.filter(({ answer }) => answer === "not true").map(({ id }) => id)).toEqual([
        "phases",
      ]);
    }
    // The papers of a run are for people, and go when its subject does.
    expect(openFiles().filter((name) => !name.startsWith("runs/"))).toEqual([]);
    await using again = await open();
    expect(JSON.stringify(await again.document(run))).toContain(SECRET);
    expect(again.standing(run)?.status).toBe("completed");
  });

  test("one that works with nobody's is as it was", async () => {
    {
      await using company = await open();
      await ran(company);
    }
    expect(openFiles().filter((name) => name.startsWith("log.db"))).not.toEqual([]);
    expect(readdirSync(join(folder, ".muster"))).not.toContain("keys.sqlite");
  });

  test("is sealed in its archive and in a backup, and shown from the archive where the keys are", async () => {
    const backup = join(folder, "monday.muster");
    let run: RunId;
    {
      await using company = await open();
      run = await ran(company, "customer 4711");
      expect(await company.backup(backup)).toMatchObject({ runs: 2 });
      expect((await company.archive({ run })).problems).toEqual([]);
    }
    expect(readFileSync(backup, "latin1")).not.toContain("Mei Wong");
    const { openArchived } = await import("../runs/archived-run.ts");
    const file = join(folder, ".muster/archive", `${run}.run.gz`);
    await using archived = await openArchived(file, Date.now);
    expect(JSON.stringify(await archived.document(run))).toContain(SECRET);
    rmSync(join(folder, ".muster/keys.sqlite"));
    await using sealed = await openArchived(file, Date.now);
    expect(JSON.stringify(await sealed.document(run))).not.toContain("Mei Wong");
    expect(
      (await sealed.review(run)).points.find(({ text }) => /log/i.test(text))?.answer,
    ).not.toBe("not true");
  });

  test("erase subject ⇒ verify green, fields gone in export, reports unchanged: the key is gone, and nothing is left open", async () => {
    await using company = await open();
    const [run, other] = [await ran(company, "customer 4711"), await ran(company)];
    const figures = () => company.runs().map(({ workflow, status }) => [workflow, status]);
    const before = figures();
    await company.summary(run);
    const erased = await company.erase({
      subject: "customer 4711",
      why: "asked for it",
      by: "ana",
    });
    expect(erased).toMatchObject({ streams: 2 });
    expect(erased.subjects).toHaveLength(1);
    const { verdict } = await company.audit();
    expect(verdict).toMatchObject({ ok: true });
    expect(figures()).toEqual(before);
    for (const text of [
      JSON.stringify(await company.document(run)),
      JSON.stringify(await company.summary(run)),
      JSON.stringify(await gathered(company.events(run))),
    ]) {
      expect(text).not.toContain("Mei Wong");
    }
    expect(JSON.stringify(await company.document(run))).toContain("[erased]");
    expect(company.standing(run)?.status).toBe("completed");
    expect(JSON.stringify(await company.document(other))).toContain(SECRET);
    const told = await gathered(company.events("company" as RunId));
    expect(told.at(-1)).toMatchObject({
      type: "erasure.done",
      actor: { kind: "human", id: "ana" },
      data: { subjects: erased.subjects, why: "asked for it", streams: 2 },
    });
    const [again] =
      (await company.erase({ subject: "customer 4711", why: "again" })).problems ?? [];
    expect(again?.code).toBe("not-found");
    const id = erased.subjects?.[0] ?? "";
    const [done] = (await company.erase({ subject: id, why: "again" })).problems ?? [];
    expect(done?.code).toBe("already-ended");
  });

  test("is not erased while it is held, nor while a run works with it", async () => {
    await using company = await open();
    await ran(company, "customer 4711");
    await company.hold({ subject: "customer 4711", why: "a dispute before the court" });
    const erase = () => company.erase({ subject: "customer 4711", why: "asked for it" });
    expect((await erase()).problems?.[0]).toMatchObject({
      code: "not-allowed",
      message: expect.stringContaining("a dispute before the court"),
    });
    await company.hold({ subject: "customer 4711", why: null, by: "ana" });
    const told = (await gathered(company.events("company" as RunId))).map(
      ({ type, actor, data }) => [type, actor.id, data["why"]],
    );
    expect(told).toEqual([
      ["subject.held", "library", "a dispute before the court"],
      ["subject.released", "ana", undefined],
    ]);
    const started = await company.run("stay", {}, { subject: "customer 4711" });
    if (started.run === null) throw new Error(JSON.stringify(started.problems));
    expect((await erase()).problems?.[0]).toMatchObject({ code: "conflict" });
    await company.send(started.run, { type: "cancel", why: "no more", rollback: false });
    await company.settled(started.run);
    expect((await erase()).problems).toBeUndefined();
  });

  test("what a process that died has left of an erasure is gone on with", async () => {
    let run: RunId;
    {
      await using company = await open();
      run = await ran(company, "customer 4711");
    }
    // As it is when the process dies right after the key was destroyed.
    const keys = openKeyring(join(folder, ".muster"), false);
    keys.destroy(keys.find("customer 4711"), { why: "asked for it", by: "ana", at: 5 });
    keys.close();
    await using company = await open();
    const events = await gathered(company.events("company" as RunId));
    expect(events.filter(({ type }) => type === "erasure.done")).toHaveLength(1);
    expect(openFiles().filter((name) => !name.startsWith("runs/wf"))).toEqual([]);
    expect(openFiles()).toEqual([]);
    expect(JSON.stringify(await company.document(run))).not.toContain("Mei Wong");
  });
});
