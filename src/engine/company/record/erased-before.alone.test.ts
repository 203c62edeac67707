import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunId } from "../../../core/id.ts";
import { restore } from "../../backup/index.ts";
import { erasuresIn, openKeyring } from "../../sealing/index.ts";
import { type Company, openCompany } from "../index.ts";

const SECRET = "Mei Wong of 9 Harbour Road";
const REPLY = `muster: 1
name: reply
parameters: { text: text }
steps: [{ id: letter, agent: writer, inputs: { text: $params.text }, outputs: { said: text } }]
`;
const STAY = `muster: 1
name: stay
parameters: { text: text }
steps:
  - { id: hold, wait: 30d }
  - { id: letter, agent: writer, inputs: { text: $params.text } }
`;

let root = "";
let folder = "";
let copy = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "muster-erased-before-"));
  [folder, copy] = [join(root, "company"), join(root, "copy")];
  mkdirSync(join(folder, "workflows"), { recursive: true });
  writeFileSync(join(folder, "workflows/reply.yaml"), REPLY);
  writeFileSync(join(folder, "workflows/stay.yaml"), STAY);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const agents = {
  writer: { effects: "pure", attempt: () => ({ outputs: { said: SECRET } }) },
} as const;
const open = (at = folder): Promise<Company> => openCompany(at, { agents: agents as never });

async function begun(company: Company, workflow: string): Promise<RunId> {
  const started = await company.run(workflow, { text: SECRET }, { subject: "customer 4711" });
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  return started.run;
}

type Erased = Exclude<Awaited<ReturnType<Company["erase"]>>, { readonly subjects?: never }>;

async function erased(also: readonly string[] = []): Promise<Erased> {
  await using company = await open();
  const done = await company.erase({ subject: "customer 4711", why: "asked for it", also });
  if (done.problems !== undefined) throw new Error(JSON.stringify(done.problems));
  return done;
}

/** A company in which one run of the person has ended; and a copy of it. */
async function copied(): Promise<RunId> {
  let run: RunId;
  {
    await using company = await open();
    run = await begun(company, "reply");
    await company.settled(run);
  }
  cpSync(folder, copy, { recursive: true });
  return run;
}

async function saidOf(run: RunId, at: string): Promise<string> {
  await using company = await open(at);
  expect((await company.audit({ checkpoints: [] })).verdict).toMatchObject({ ok: true });
  return JSON.stringify(await company.document(run));
}

describe("a copy from before an erasure", () => {
  test("still opens what was erased since; that is why erasures are listed", async () => {
    const run = await copied();
    const { subjects } = await erased();
    expect(
      erasuresIn(join(folder, ".muster/erasures.jsonl")).map(({ subject }) => subject),
    ).toEqual(subjects);
    expect(readFileSync(join(folder, ".muster/erasures.jsonl"), "utf8")).not.toContain("4711");
    expect(await saidOf(run, copy)).toContain("Mei Wong");
  });

  test("is erased as soon as it is opened with the list of the folder outside, or its own", async () => {
    const outside = join(root, "outside");
    writeFileSync(join(folder, "map.yaml"), `muster: 1\naudit: { checkpoints: [${outside}] }\n`);
    const run = await copied();
    const { subjects, warnings } = await erased();
    expect(warnings).toEqual([]);
    expect(await saidOf(run, copy)).not.toContain("Mei Wong");
    expect(erasuresIn(join(copy, ".muster/erasures.jsonl")).map(({ subject }) => subject)).toEqual(
      subjects,
    );
  });

  test("keys of before that are put back beside a log that knows better are destroyed", async () => {
    const run = await copied();
    await erased();
    rmSync(join(folder, ".muster/erasures.jsonl"));
    copyFileSync(join(copy, ".muster/keys.sqlite"), join(folder, ".muster/keys.sqlite"));
    expect(await saidOf(run, folder)).not.toContain("Mei Wong");
    expect(erasuresIn(join(folder, ".muster/erasures.jsonl"))).toHaveLength(1);
  });

  test("is erased by a list that is handed in, and a run that works with the person ends", async () => {
    let run: RunId;
    {
      await using company = await open();
      run = await begun(company, "stay");
    }
    cpSync(folder, copy, { recursive: true });
    {
      await using company = await open();
      await company.send(run, { type: "cancel", why: "no more", rollback: false });
      await company.settled(run);
    }
    await erased();
    const file = join(folder, ".muster/erasures.jsonl");
    await using company = await open(copy);
    expect(company.standing(run)?.status).toBe("waiting");
    const done = await company.eraseListed({ file, text: readFileSync(file, "utf8"), by: "ana" });
    expect(done).toMatchObject({ streams: 1, warnings: [] });
    expect((await company.settled(run)).status).toBe("cancelled");
    expect(JSON.stringify(await company.document(run))).not.toContain("Mei Wong");
    const again = await company.eraseListed({ file, text: readFileSync(file, "utf8"), by: "ana" });
    expect(again).toMatchObject({ subjects: [], streams: 0 });
    expect((await company.eraseListed({ file: "list", text: "x\n\n" })).problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining("list:1:1 is no erasure") }),
    ]);
  });

  test("has its keys destroyed with those of the company, where it is named; later, too", async () => {
    await copied();
    const second = join(root, "second");
    cpSync(join(folder, ".muster"), second, { recursive: true });
    const { subjects, copies, warnings } = await erased([copy, join(root, "nowhere")]);
    expect(copies).toEqual({ [copy]: 1 });
    expect(warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining("There are no keys in") }),
    ]);
    const keys = openKeyring(join(copy, ".muster"), true);
    expect(keys.of(subjects[0] as never)?.erased).toMatchObject({ why: "asked for it" });
    expect(keys.find("customer 4711")).toEqual([]);
    keys.close();
    await using company = await open();
    const later = await company.erase({ subject: subjects[0] ?? "", why: "x", also: [second] });
    expect(later).toMatchObject({ copies: { [second]: 1 }, streams: 0 });
  });

  test("a backup that is restored with the list and the keys of before is erased on opening", async () => {
    const backup = join(root, "monday.muster");
    const run = await copied();
    {
      await using company = await open(copy);
      expect(await company.backup(backup)).toMatchObject({ runs: 1 });
    }
    await erased();
    const restored = join(root, "restored");
    restore(backup, restored, erasuresIn(join(folder, ".muster/erasures.jsonl")));
    copyFileSync(join(copy, ".muster/keys.sqlite"), join(restored, ".muster/keys.sqlite"));
    cpSync(join(copy, ".muster/keys"), join(restored, ".muster/keys"), { recursive: true });
    expect(await saidOf(run, restored)).not.toContain("Mei Wong");
  });
});
