import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeLog } from "../../../bench/audited.ts";
import { append, draft, run } from "../../../test/contract/appends.ts";
import { type Note, readNotes } from "../../core/audit/index.ts";
import { openArchiver } from "../archive/index.ts";
import { type Log, lookIntoSqlite, openSqlite } from "../store/index.ts";
import { GROWN_HERE_MOST } from "./grower.ts";
import {
  type AuditVerdict,
  makeSigningKey,
  openCheckpointer,
  readSigningKey,
  verifyLog,
} from "./index.ts";

/** A log of three runs, signed twice, with the checkpoints also in a folder outside. */
let folder = "";
let outside = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-audit-"));
  outside = mkdtempSync(join(tmpdir(), "muster-outside-"));
  await made(folder, outside);
});
afterEach(() => {
  for (const one of [folder, outside]) rmSync(one, { recursive: true, force: true });
});

const state = (of = folder): string => join(of, ".muster");

async function made(at: string, place: string): Promise<void> {
  const log = openSqlite(at);
  await signing(log, at, place, async (sign) => {
    await log.append(["aaaa", "bbbb", "cccc"].map((name) => append(run(name), 0, 2)));
    await sign();
    for (const name of ["aaaa", "bbbb", "aaaa", "cccc"]) {
      const after = [...log.read(run(name))].length;
      await log.append([append(run(name), after, 2)]);
    }
    await sign();
    await log.append([append(run("dddd"), 0, 3)]);
  });
  await log.close();
}

/** Announces the log's key as the company does, and signs. */
async function signing(
  log: Log,
  at: string,
  place: string,
  work: (sign: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  let now = 1_763_600_000_000;
  const key = readSigningKey(state(at)) ?? makeSigningKey(state(at), "local");
  const { origin, verifier } = key;
  const stream = "company" as ReturnType<typeof run>;
  if (log.standing(stream) === null && [...log.read(stream)].length === 0)
    await log.append([
      append(stream, 0, {
        events: [draft(1, { type: "key.created", data: { key: verifier, origin } })],
      }),
    ]);
  const checkpointer = openCheckpointer({
    state: state(at),
    log,
    key: async () => key,
    places: async () => (place === "" ? [] : [place]),
    now: () => (now += 1_000),
    idle: async () => undefined,
    trouble: (problem) => {
      throw new Error(problem.message);
    },
  });
  await work(() => checkpointer.sign());
  await checkpointer.close();
}

function kept(place = outside): { readonly file: string; readonly notes: readonly Note[] }[] {
  return readdirSync(place).map((file) => {
    const notes = readNotes(readFileSync(join(place, file), "utf8"), file);
    if ("code" in notes) throw new Error(notes.message);
    return { file, notes };
  });
}

async function verified(of = folder, against = kept()): Promise<AuditVerdict> {
  const log = lookIntoSqlite(of);
  if (log === null) throw new Error("There is no log.");
  try {
    return await verifyLog({ state: state(of), log, outside: against });
  } finally {
    await log.close();
  }
}

/** The first that is wrong, and nothing where all is well. */
async function first(of = folder, against = kept()): Promise<[string, number] | null> {
  const { wrong } = await verified(of, against);
  const [one] = wrong;
  return one === undefined ? null : [one.kind, one.position];
}

/** As somebody would with the file in hand, who knows SQLite and our tables. */
function tamper(...statements: readonly string[]): void {
  using database = new DatabaseSync(join(state(), "log.db"));
  database.exec(
    "drop trigger decisions_stay; drop trigger decisions_remain; pragma foreign_keys = off",
  );
  for (const sql of statements) database.exec(sql);
}

/** Takes the checkpoints beside the log away, from a size on. */
function forget(from: number): void {
  using database = new DatabaseSync(join(state(), "audit.db"));
  database.exec(`delete from notes where size >= ${from}; delete from leaves where size >= ${from};
    update tree set size = 0, nodes = zeroblob(0)`);
}

describe("a record that was not touched", () => {
  test("verifies, against the checkpoints beside it and those kept elsewhere", async () => {
    expect(await verified()).toMatchObject({
      ok: true,
      events: 18,
      streams: 5,
      size: 18,
      checkpoints: 2,
      outside: 2,
      outsideTo: 15,
      wrong: [],
    });
  });

  test("verifies without any kept elsewhere, and says up to where it was compared with one: nowhere", async () => {
    expect(await verified(folder, [])).toMatchObject({ ok: true, outside: 0, outsideTo: 0 });
  });

  /** The first run leaves the log. @returns its file */
  const archived = async (): Promise<string> => {
    const log = openSqlite(folder);
    const standing = {
      workflow: "w",
      version: "1",
      status: "completed",
      unsettled: false,
    } as const;
    const times = { startedAt: 1, endedAt: 9, done: 1, expected: 1, parent: null, note: "" };
    await log.append([append(run("aaaa"), 6, { standing: { ...standing, ...times } })]);
    const archiver = openArchiver(join(state(), "archive"), { log, now: () => 9 });
    const taken = await archiver.take(run("aaaa") as never);
    await log.close();
    const whole = { ok: true, events: 12, archived: 7, opened: 7, size: 19 };
    expect(await verified()).toMatchObject(whole);
    return taken?.file ?? "";
  };

  test("verifies when streams have left for the archive, which is read, too", async () => {
    await archived();
  });

  test("verifies when an archive was kept long enough, and says that it was not read", async () => {
    rmSync(await archived());
    const log = openSqlite(folder);
    await log.forgetArchive(run("aaaa"));
    await log.close();
    expect(await verified()).toMatchObject({ ok: true, archived: 7, opened: 0 });
  });

  test("an archive that is not there, was changed, or is of another history is told", async () => {
    const file = await archived();
    const bytes = readFileSync(file);
    const lines = gunzipSync(bytes).toString("utf8");
    const first = async (text: string | null): Promise<readonly unknown[]> => {
      if (text === null) rmSync(file);
      else writeFileSync(file, gzipSync(text));
      const [wrong] = (await verified()).wrong;
      return [wrong?.kind, wrong?.message];
    };
    expect(await first(lines.replace("Ünïcode", "Unicode"))).toEqual([
      "modified",
      expect.stringContaining("A line of it was changed."),
    ]);
    expect(await first(signedAnew(lines.replace("Ünïcode", "Unicode")))).toEqual([
      "modified",
      expect.stringContaining("does not give the hash"),
    ]);
    expect(await first(signedAnew(lines.replace('"position":2,', '"position":1,')))).toEqual([
      "rewritten",
      expect.stringContaining("is not the one that left the log"),
    ]);
    expect(await first(null)).toEqual(["missing", expect.stringContaining("There is no archive")]);
  });
});

/** The lines of an archive, with a digest at their end that is theirs. */
function signedAnew(text: string): string {
  const lines = text.trimEnd().split("\n");
  const last = JSON.parse(lines.at(-1) ?? "") as { readonly end: unknown };
  const before = lines
    .slice(0, -1)
    .map((line) => `${line}\n`)
    .join("");
  const digest = createHash("sha256").update(before).digest("hex");
  return `${before}${JSON.stringify({ end: last.end, digest })}\n`;
}

describe("a record that somebody changed is told from one that is whole", () => {
  test("modify: an event that says something else", async () => {
    tamper("update decisions set body = replace(body, 'Ünïcode', 'Unicode') where position = 9");
    expect(await first()).toEqual(["modified", 8]);
  });

  test("modify: another actor, another time", async () => {
    tamper("update decisions set actor = 'human:ana' where position = 11");
    expect(await first()).toEqual(["modified", 10]);
  });

  test("modify: its text is no JSON any more", async () => {
    tamper("update decisions set body = 'x' where position = 9");
    expect(await first()).toEqual(["modified", 8]);
  });

  test("delete middle", async () => {
    tamper("delete from decisions where position = 9");
    expect(await first()).toEqual(["missing", 8]);
  });

  test("delete middle, and the later ones moved up", async () => {
    tamper(
      "delete from decisions where position = 9",
      "update decisions set position = position - 2 where position > 9",
    );
    expect(await first()).toEqual(["missing", 8]);
  });

  test("delete a whole stream, and the later ones moved up: only what was signed tells", async () => {
    tamper(
      "delete from decisions where stream = (select id from streams where name = 'wf_cccc')",
      "create temp table old as select position, count from decisions order by position",
      `update decisions set position = -(select sum(count) from old where old.position <= decisions.position)`,
      "update decisions set position = -position",
    );
    expect(await first()).toEqual(["missing", 6]);
  });

  test("delete tail: the checkpoint beside the log tells", async () => {
    tamper("delete from decisions where position > 11");
    expect(await first()).toEqual(["truncated", 12]);
  });

  test("delete tail: nothing is signed over what is missing, and whoever writes on is told", async () => {
    tamper("delete from decisions where position > 11");
    const log = openSqlite(folder);
    const [one] = await verified(folder, []).then(({ wrong }) => wrong);
    const signed = signing(log, folder, "", async (sign) => void (await sign()));
    await expect(signed).rejects.toThrow(/ends at event 11, and 15 were signed: it was removed/);
    await log.close();
    expect(one?.kind).toBe("truncated");
  });

  test("truncation only with outside checkpoint, and said so: the tail and the checkpoints beside it are gone", async () => {
    tamper("delete from decisions where position > 11");
    forget(12);
    expect(await verified(folder, [])).toMatchObject({ ok: true, outside: 0, outsideTo: 0 });
    expect(await first()).toEqual(["truncated", 12]);
  });

  test("insert: a decision twice in its stream", async () => {
    tamper(
      "drop index decisions_by_fence",
      `insert into decisions select 19, stream, fence, 1, at, actor, null, done, expected, hash,
        body from decisions where position = 1`,
    );
    expect(await first()).toEqual(["inserted", 19]);
  });

  test("insert: a run that never was, whole in itself, in the middle", async () => {
    const other = mkdtempSync(join(tmpdir(), "muster-other-"));
    const log = openSqlite(other);
    await log.append([append(run("evil"), 0, 1)]);
    await log.close();
    tamper(
      `attach '${join(state(other), "log.db")}' as other`,
      "update decisions set position = -(position + 1) where position > 7",
      "update decisions set position = -position where position < 0",
      "insert into streams (name) values ('wf_evil')",
      `insert into decisions select 8, (select id from streams where name = 'wf_evil'), fence, count,
        at, actor, cause, done, expected, hash, body from other.decisions`,
    );
    rmSync(other, { recursive: true });
    expect(await first()).toEqual(["inserted", 8]);
  });

  test("reorder: two decisions of a stream", async () => {
    tamper(
      "update decisions set position = -position where position in (3, 9)",
      "update decisions set position = 9 where position = -3",
      "update decisions set position = 3 where position = -9",
    );
    expect(await first()).toEqual(["reordered", 2]);
  });

  test("reorder: two decisions of different streams: only what was signed tells", async () => {
    tamper(
      "update decisions set position = -position where position in (9, 11)",
      "update decisions set position = 11 where position = -9",
      "update decisions set position = 9 where position = -11",
    );
    expect(await first()).toEqual(["reordered", 8]);
  });

  test("clock back: an event of a time before those that were committed earlier", async () => {
    const log = openSqlite(folder);
    await log.append([append(run("eeee"), 0, { events: [draft(1, { at: 1_763_500_000_000 })] })]);
    await log.close();
    expect(await first()).toEqual(["reordered", 19]);
    expect((await verified()).wrong[0]?.message).toContain("the clock went back");
  });

  test("swap two tenants: the log of another company in this one's place", async () => {
    const [other, place] = [mkdtempSync(join(tmpdir(), "muster-other-")), ""];
    await made(other, place);
    for (const name of ["log.db", "audit.db"])
      copyFileSync(join(state(other), name), join(state(), name));
    expect((await verified(folder, [])).ok).toBe(true);
    expect((await first())?.[0]).toBe("rewritten");
    rmSync(other, { recursive: true });
  });

  test("swap two tenants: its log alone; the checkpoints that stayed tell", async () => {
    const other = mkdtempSync(join(tmpdir(), "muster-other-"));
    await made(other, "");
    copyFileSync(join(state(other), "log.db"), join(state(), "log.db"));
    expect((await first(folder, []))?.[0]).toBe("rewritten");
    rmSync(other, { recursive: true });
  });

  test("replace chain: another history, signed anew with the same key: forked", async () => {
    const key = readFileSync(join(state(), "keys/signing-0001.json"), "utf8");
    const other = mkdtempSync(join(tmpdir(), "muster-other-"));
    const { mkdirSync, writeFileSync } = await import("node:fs");
    mkdirSync(join(state(other), "keys"), { recursive: true });
    writeFileSync(join(state(other), "keys/signing-0001.json"), key);
    const log = openSqlite(other);
    await signing(log, other, "", async (sign) => {
      await log.append([append(run("zzzz"), 0, 6)]);
      await sign();
      await log.append([append(run("zzzz"), 6, 20)]);
      await sign();
    });
    await log.close();
    expect(await verified(other, [])).toMatchObject({ ok: true });
    expect((await verified(other)).wrong.map(({ kind }) => kind)).toEqual(["forked", "rewritten"]);
    rmSync(other, { recursive: true });
  });

  test("wrong key: a checkpoint signed by somebody else, or with a signature that does not hold", async () => {
    const stranger = makeSigningKey(mkdtempSync(join(tmpdir(), "muster-key-")), "local");
    const [of] = kept();
    const [note] = of?.notes ?? [];
    if (of === undefined || note === undefined) throw new Error("There is none.");
    const forged = { ...note, signatures: [stranger.sign(note.text)] };
    expect(await first(folder, [{ file: of.file, notes: [forged] }])).toEqual(["bad-signature", 7]);
    const [signature] = note.signatures;
    const broken = `${signature?.signature.slice(0, 20)}AAAA${signature?.signature.slice(24)}`;
    const bad = { ...note, signatures: [{ name: note.origin, signature: broken }] };
    expect(await first(folder, [{ file: of.file, notes: [bad] }])).toEqual(["bad-signature", 7]);
  });
});

describe("a record that grew by much since it was signed", () => {
  test("is read by a thread, and gives the tree that it has", async () => {
    const at = mkdtempSync(join(tmpdir(), "muster-grew-"));
    try {
      await writeLog(at, GROWN_HERE_MOST + 1_000);
      const log = openSqlite(at);
      const notes: unknown[] = [];
      await signing(log, at, "", async (sign) => {
        notes.push(await sign());
        await log.append([append(run("aaaa"), 0, 2)]);
        notes.push(await sign());
      });
      await log.close();
      const size = GROWN_HERE_MOST + 1_001;
      expect(notes).toMatchObject([{ size }, { size: size + 2 }]);
      expect(await verified(at, [])).toMatchObject({ ok: true, checkpoints: 2, size: size + 2 });
    } finally {
      rmSync(at, { recursive: true, force: true });
    }
  });
});

describe("whoever writes by the log's own way", () => {
  test("INSERT OR REPLACE blocked, as is UPDATE and DELETE", () => {
    const log = openSqlite(folder);
    using database = new DatabaseSync(join(state(), "log.db"));
    database.exec("pragma recursive_triggers = on");
    const replace = `insert or replace into decisions select position, stream, fence, count, at, actor,
      cause, done, expected, hash, '[]' from decisions where position = 9`;
    for (const sql of [replace, "update decisions set at = 1", "delete from decisions"])
      expect(() => database.exec(sql)).toThrow("what is in the log is never");
    return log.close();
  });
});
