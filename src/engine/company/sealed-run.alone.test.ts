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
import type { RunId } from "../../core/id.ts";
import { type Company, openCompany } from "./index.ts";

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

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-sealed-"));
  mkdirSync(join(folder, "workflows"));
  writeFileSync(join(folder, "workflows/reply.yaml"), REPLY);
  writeFileSync(join(folder, "workflows/part.yaml"), PART);
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
    const { openArchived } = await import("./archived-run.ts");
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
});
