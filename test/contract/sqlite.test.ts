import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, type TestContext, test } from "vitest";
import { type Envelope, verifyStream } from "../../src/core/audit/index.ts";
import {
  type Log,
  lookIntoSqlite,
  observeSqlite,
  openSqlite,
} from "../../src/engine/store/index.ts";
import { append, digestOf, run, sha256, standing } from "./appends.ts";

const CHILD = fileURLToPath(new URL("./appending.child.ts", import.meta.url));
const MiB = 1_048_576;

let folder = "";
let open: Log[] = [];
let undo: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-log-"));
});
afterEach(async () => {
  for (const log of open) await log.close();
  for (const step of undo.toReversed()) step();
  rmSync(folder, { recursive: true, force: true });
  open = [];
  undo = [];
});

function opened(at = folder): Log {
  const log = openSqlite(at);
  open.push(log);
  return log;
}

const state = (name: string): string => join(folder, ".muster", name);

/** All that it is told, a thread of its own writes. */
function openedWithThread(at = folder): Promise<Log> {
  return new Promise((resolve) => {
    const log = openSqlite(at, { thread: { from: 0, ready: () => resolve(log) } });
    open.push(log);
  });
}

/** What opening throws, as the code and the whole sentence. */
function refusal(at = folder): { readonly code: string; readonly told: string } {
  try {
    opened(at);
  } catch (error) {
    const { code, message, mend } = error as Error & {
      readonly code: string;
      readonly mend: string;
    };
    return { code, told: `${message} ${mend}` };
  }
  throw new Error("It was opened.");
}

function everyStream(log: Log): Map<string, Envelope[]> {
  const streams = new Map<string, Envelope[]>();
  for (const event of log.tail(0, 1_000_000)) {
    const known = streams.get(event.stream) ?? [];
    known.push(event);
    streams.set(event.stream, known);
  }
  return streams;
}

function expectWhole(log: Log): void {
  for (const events of everyStream(log).values())
    expect(verifyStream(events, sha256)).toMatchObject({ ok: true });
}

/** Makes a small disk that really is full when it is full; where this user may not, the test is skipped and says so. */
function smallDisk(options: string, { skip }: TestContext): string {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", disk], { stdio: "ignore" });
  } catch {
    skip("NOT TESTED on a real small disk: this user may not mount one.");
  }
  undo.push(() => execFileSync("umount", ["-l", disk]));
  return disk;
}

describe.each(["here", "handed-over"])("a process that is killed while it writes %s", (where) => {
  /** @param lines how many batches were acknowledged before; the kill comes `afterMs` later, wherever the process is then */
  async function killed(lines: number, afterMs: number): Promise<Map<string, number>> {
    const child = spawn(process.execPath, [CHILD, folder, where], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (piece: Buffer) => {
      said += piece.toString();
    });
    while (said.split("\n").length - 2 < lines) await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    child.kill("SIGKILL");
    await once(child, "close");
    const ends = new Map<string, number>();
    for (const line of said.slice(0, said.lastIndexOf("\n")).split("\n").slice(1)) {
      for (const told of line.split(",")) {
        const [stream = "", seq = "0"] = told.split(" ");
        ends.set(stream, Number(seq));
      }
    }
    return ends;
  }

  const begun = (child: ChildProcess) =>
    once(child.stdout as NonNullable<typeof child.stdout>, "data");

  test("M1 loses nothing that was acknowledged, again and again, and its lock dies with it", async () => {
    let acknowledged = 0;
    for (let time = 0; time < 10; time += 1) {
      const ends = await killed(1 + time, time * 3);
      const log = opened();
      for (const [stream, seq] of ends) {
        const last = [...log.read(run(stream.slice("wf_".length)))].at(-1);
        expect(last?.seq).toBeGreaterThanOrEqual(seq);
        acknowledged += 1;
      }
      for (const [stream, events] of everyStream(log)) {
        const end = events.at(-1)?.seq;
        expect(verifyStream(events, sha256)).toMatchObject({ ok: true, end: { seq: end } });
        expect(log.standing(run(stream.slice("wf_".length)))?.seq).toBe(end);
      }
      await log.close();
    }
    expect(acknowledged).toBeGreaterThan(100);
  });

  test("leaves no content behind that is named and not there", async () => {
    await killed(2, 20);
    const log = opened();
    const database = new DatabaseSync(state("log.db"), { readOnly: true });
    const digests = database.prepare("select digest from contents").all();
    database.close();
    expect(digests.length).toBeGreaterThan(0);
    for (const { digest } of digests) {
      const text = log.content(digest as ReturnType<typeof digestOf>);
      expect(digestOf(text ?? "")).toBe(digest);
    }
  });

  test("holds the folder while it lives: another is told which process, and what to do", async () => {
    const child = spawn(process.execPath, [CHILD, folder, where], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await begun(child);
    const { code, told } = refusal();
    child.kill("SIGKILL");
    await once(child, "close");
    expect(code).toBe("locked");
    expect(told).toContain(`process ${child.pid} has it open`);
    expect(told).toContain(`kill ${child.pid}`);
    opened();
  });
});

describe("a folder's log", () => {
  test("is its owner's alone: 0700, and 0600 for what is in it", async () => {
    chmodSync(folder, 0o755);
    mkdirSync(state(""), { mode: 0o755 });
    const large = JSON.stringify("x".repeat(300_000));
    await opened().append([append(run("aaaa"), 0, { contents: [[digestOf(large), large]] })]);
    expect(statSync(state("")).mode & 0o777).toBe(0o700);
    const files = globSync("**/*", { cwd: state("") }).map((name) => ({
      name,
      own: statSync(state(name)),
    }));
    const modes = files.map(({ name, own }) => [name, own.isFile(), own.mode & 0o077]);
    expect(modes.filter(([, , others]) => others !== 0)).toEqual([]);
    const [hex = ""] = digestOf(large).split(":").slice(1);
    expect(files.map(({ name }) => name)).toContain(`artifacts/${hex.slice(0, 2)}/${hex.slice(2)}`);
    expect(files.map(({ name }) => name)).toContain("log.db-wal");
  });

  test("is opened once in a process, too, and the first keeps its lock", async () => {
    const log = opened();
    expect(refusal()).toMatchObject({ code: "locked" });
    expect(refusal().told).toContain("this process has it open already");
    await log.append([append(run("aaaa"), 0)]);
    const second = spawn(process.execPath, [CHILD, folder], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [said] = (await once(second.stderr, "data")) as [Buffer];
    expect(said.toString()).toContain(`process ${process.pid} has it open`);
    if (second.exitCode === null) await once(second, "close");
    expect(second.exitCode).not.toBe(0);
  });

  test("that was closed leaves neither lock nor write-ahead log behind", async () => {
    const log = opened();
    await log.append([append(run("aaaa"), 0)]);
    expect(existsSync(state("holder"))).toBe(true);
    await log.close();
    expect(existsSync(state("holder"))).toBe(false);
    expect(existsSync(state("log.db-wal"))).toBe(false);
  });

  test("keeps its tenant, which stands in every event", async () => {
    const log = openSqlite(folder, { tenant: "acme" });
    await log.append([append(run("aaaa"), 0)]);
    expect(log.tail(0, 1)[0]?.tenant).toBe("acme");
    await log.close();
    expect(() => openSqlite(folder, { tenant: "other" })).toThrow(
      /is of tenant acme, not of other/,
    );
    expect(opened().tail(0, 1)[0]?.tenant).toBe("acme");
  });

  test("cannot be changed through its file: rows are neither updated, deleted nor replaced", async () => {
    const log = opened();
    await log.append([append(run("aaaa"), 0, 2)]);
    const database = new DatabaseSync(state("log.db"));
    database.exec("pragma recursive_triggers = on");
    for (const sql of [
      "update decisions set body = '[]'",
      "delete from decisions",
      "insert or replace into decisions select * from decisions",
    ])
      expect(() => database.exec(sql)).toThrow(/in the log is never/);
    expect(() =>
      database.exec(
        "insert into decisions select position + 9, stream, fence, count, at, actor, cause, done, expected, hash, body from decisions",
      ),
    ).toThrow(/UNIQUE/);
    database.close();
    expectWhole(log);
  });

  test("shows one row for each event to any tool that reads SQLite", async () => {
    const log = opened();
    const vote = { seq: 2, at: 7, type: "gate.voted", step: "", data: { allow: true } } as const;
    const [first] = append(run("aaaa"), 0).events;
    if (first === undefined) throw new Error("no event");
    const events = [first, { ...vote, actor: { kind: "human", id: "ana" } as const }];
    await log.append([append(run("bbbb"), 0), append(run("aaaa"), 0, { events, cause: "c" })]);
    const database = new DatabaseSync(state("log.db"), { readOnly: true });
    const rows = database.prepare("select * from events order by position").all();
    database.close();
    expect(rows.map((row) => ({ ...row }))).toEqual(
      log.tail(0, 9).map((event) => ({
        position: event.position,
        stream: event.stream,
        seq: event.seq,
        at: Date.parse(event.at),
        type: event.type,
        step: event.step,
        actor: `${event.actor.kind}:${event.actor.id}`,
        cause: event.cause === "" ? null : event.cause,
        data: JSON.stringify(event.data),
        hash: event.hash,
      })),
    );
  });
});

describe("a log that is observed while another process writes it", () => {
  test("shows what is committed, moment by moment, and cannot be written", async () => {
    const log = opened();
    await log.append([append(run("aaaa"), 0, { standing: standing() })]);
    const observer = observeSqlite(folder);
    expect(observer.standings({ most: 9 })).toMatchObject([{ stream: "wf_aaaa", seq: 1 }]);
    await log.append([append(run("aaaa"), 1, 3)]);
    expect(observer.tail(1, 9).map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(verifyStream(observer.read(run("aaaa")), sha256)).toMatchObject({ ok: true });
    expect(observer).not.toHaveProperty("append");
    await observer.close();
    expect(refusal()).toMatchObject({ code: "locked" });
    expect(await log.append([append(run("aaaa"), 4)])).toMatchObject([{ done: true }]);
  });

  test("is what a killed process left, too", async () => {
    const child = spawn(process.execPath, [CHILD, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    const observer = observeSqlite(folder);
    const seen = observer.tail(0, 1_000_000).length;
    await observer.close();
    expect(seen).toBeGreaterThan(0);
    expect(opened().tail(0, 1_000_000)).toHaveLength(seen);
  });

  test("is asked for where there is none", () => {
    expect(() => observeSqlite(folder)).toThrow(/There is no log/);
    expect(existsSync(state(""))).toBe(false);
  });
});

describe("a disk that fails", () => {
  test.for(["here", "by a thread of its own"])(
    "full, written %s: the batch is refused as a whole, nothing is half-written, and with room it goes on",
    async (where, context) => {
      const disk = smallDisk("size=4m", context);
      const ballast = join(disk, "ballast");
      writeFileSync(ballast, Buffer.alloc(2 * MiB));
      const log = where === "here" ? opened(disk) : await openedWithThread(disk);
      let seq = 0;
      let error: unknown = null;
      while (error === null && seq < 100_000) {
        const answer = await log
          .append([
            append(run("aaaa"), seq, 20),
            append(run("bbbb"), seq, { count: 20, standing: standing({ done: seq }) }),
          ])
          .catch((thrown: unknown) => {
            error = thrown;
          });
        if (answer !== undefined) seq += 20;
      }
      expect(error).toMatchObject({ name: "MusterError", code: "disk-full" });
      expect(seq).toBeGreaterThan(0);
      for (const name of ["aaaa", "bbbb"])
        expect(verifyStream(log.read(run(name)), sha256)).toMatchObject({ ok: true, end: { seq } });
      expect(log.standing(run("bbbb"))).toMatchObject({ seq, done: seq - 20 });
      rmSync(ballast);
      expect(await log.append([append(run("aaaa"), seq, 20)])).toMatchObject([{ done: true }]);
      await log.close();
      const again = opened(disk);
      expect(verifyStream(again.read(run("aaaa")), sha256)).toMatchObject({
        ok: true,
        end: { seq: seq + 20 },
      });
      expectWhole(again);
    },
  );

  test("full for a large content: neither it nor the events that name it are kept", async (context) => {
    const disk = smallDisk("size=4m", context);
    const log = opened(disk);
    const large = JSON.stringify("x".repeat(8 * MiB));
    const contents = [[digestOf(large), large]] as const;
    await expect(log.append([append(run("aaaa"), 0, { contents })])).rejects.toMatchObject({
      code: "disk-full",
    });
    expect(log.content(digestOf(large))).toBeNull();
    expect(log.tail(0, 9)).toEqual([]);
    expect(globSync("**/*.draft", { cwd: disk })).toEqual([]);
    expect(await log.append([append(run("aaaa"), 0)])).toMatchObject([{ done: true }]);
  });

  test("full already when it is opened", (context) => {
    const disk = smallDisk("size=64k", context);
    expect(refusal(disk)).toMatchObject({ code: "disk-full" });
  });

  test("full: a log that was closed is looked at all the same", async (context) => {
    const disk = smallDisk("size=2m", context);
    const log = openSqlite(disk);
    await log.append([append(run("aaaa"), 0, 2)]);
    await log.close();
    expect(() => writeFileSync(join(disk, "filler"), Buffer.alloc(4 * MiB))).toThrow(/ENOSPC/);
    const look = lookIntoSqlite(disk);
    expect([...(look?.read(run("aaaa")) ?? [])].map(({ seq }) => seq)).toEqual([1, 2]);
    await look?.close();
  });

  test("read-only: a sentence that says so, for a new folder and for one with a log in it", async (context) => {
    const disk = smallDisk("size=8m", context);
    const remount = (mode: string) => execFileSync("mount", ["-o", `remount,${mode}`, disk]);
    remount("ro");
    expect(refusal(disk)).toMatchObject({ code: "read-only" });
    remount("rw");
    const log = openSqlite(disk);
    await log.append([append(run("aaaa"), 0)]);
    await log.close();
    remount("ro");
    const { code, told } = refusal(disk);
    expect(code).toBe("read-only");
    expect(told).toContain("Make the folder writable");
  });

  test("read-only: what was closed is looked at all the same, what was not is refused with a mend", async (context) => {
    const disk = smallDisk("size=8m", context);
    const remount = (mode: string) => execFileSync("mount", ["-o", `remount,${mode}`, disk]);
    const log = openSqlite(disk);
    await log.append([append(run("aaaa"), 0, 2)]);
    await log.close();
    remount("ro");
    const look = lookIntoSqlite(disk);
    expect([...(look?.read(run("aaaa")) ?? [])].map(({ seq }) => seq)).toEqual([1, 2]);
    await look?.close();
    remount("rw");
    const child = spawn(process.execPath, [CHILD, disk], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    rmSync(join(disk, ".muster", "log.db-shm"));
    remount("ro");
    expect(() => lookIntoSqlite(disk)).toThrow(/this user may not write in that folder/);
    remount("rw");
  });

  test("a folder in which one may read and not write: a log that was closed is looked at", async () => {
    const log = opened();
    await log.append([append(run("aaaa"), 0, 2)]);
    await log.close();
    chmodSync(state("log.db"), 0o444);
    for (const path of [state(""), folder]) chmodSync(path, 0o555);
    // Root may write anywhere; another user may not.
    const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const look = join(import.meta.dirname, "looking.child.ts");
    const said = execFileSync(process.execPath, [look, folder, "aaaa"], { ...other, env: {} });
    for (const path of [state(""), folder]) chmodSync(path, 0o755);
    expect(said.toString().trim()).toBe("[1,2]");
  });

  test("a log that may not be read is told of, and not taken for none", async () => {
    const log = opened();
    await log.append([append(run("aaaa"), 0, 2)]);
    await log.close();
    const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const look = join(import.meta.dirname, "looking.child.ts");
    const seen = () =>
      spawnSync(process.execPath, [look, folder, "aaaa"], { ...other, env: {}, encoding: "utf8" });
    chmodSync(folder, 0o755);
    chmodSync(state(""), 0o000);
    expect(seen().stderr).toContain("log.db may not be read by this user.");
    chmodSync(state(""), 0o755);
    chmodSync(state("log.db"), 0o000);
    expect(seen().stderr).toContain("log.db may not be read by this user.");
  });

  test("a log whose maker was killed before anything stood in it is none", () => {
    mkdirSync(state(""));
    writeFileSync(state("log.db"), "");
    expect(lookIntoSqlite(folder)).toBe(null);
    expect(readFileSync(state("log.db")).length).toBe(0);
  });

  test("no folder, or a file in its place", () => {
    expect(refusal(join(folder, "none"))).toMatchObject({ code: "no-folder" });
    writeFileSync(join(folder, "file"), "");
    expect(refusal(join(folder, "file"))).toMatchObject({ code: "no-folder" });
    expect(existsSync(join(folder, "none"))).toBe(false);
  });
});

describe("a log that is written now here, now by a thread of its own", () => {
  test("is one log: whoever writes goes on where the other ended", async () => {
    const ready = Promise.withResolvers<void>();
    const log = openSqlite(folder, { thread: { from: 3, ready: ready.resolve } });
    open.push(log);
    const names = ["aaaa", "bbbb", "cccc", "dddd"];
    const ends = new Map<string, number>();
    const wrote = async (some: readonly string[]): Promise<void> => {
      const batch = some.map((name) => append(run(name), ends.get(name) ?? 0, 2));
      for (const answer of await log.append(batch)) expect(answer).toMatchObject({ done: true });
      for (const name of some) ends.set(name, (ends.get(name) ?? 0) + 2);
    };
    await wrote(names);
    await ready.promise;
    for (let round = 0; round < 20; round += 1) {
      await wrote(names.slice(0, 1 + (round % 4)));
      // One that is small while the thread writes goes to the thread, too.
      const [large, small] = [names.slice(0, 3), names.slice(3)];
      await Promise.all([wrote(large), wrote(small)]);
    }
    for (const name of names) {
      const seq = ends.get(name) ?? 0;
      expect(verifyStream(log.read(run(name)), sha256)).toMatchObject({ ok: true, end: { seq } });
    }
    const positions = log.tail(0, 1_000).map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, at) => at + 1));
  });

  test("batches that wait for the thread are written together, and one that cannot be is refused alone", async () => {
    const log = await openedWithThread();
    const names = Array.from({ length: 20 }, (_, at) => `run${at}`);
    const twice = append(run("run0"), 0, { cause: "once" });
    const wrong = { stream: "wf_wrong" as never, timersSet: [{ key: 1.5, due: 1 }] };
    const answers = await Promise.allSettled([
      log.append([twice]),
      ...names.slice(1).map((name) => log.append([append(run(name), 0)])),
      log.append([append(run("fine"), 0), { ...append(run("wrong"), 0), ...wrong }]),
      log.append([twice]),
    ]);
    const told = answers.map((answer) =>
      answer.status === "fulfilled" ? answer.value[0]?.done : (answer.reason as Error).name,
    );
    expect(told).toEqual([...names.map(() => true), "MusterError", false]);
    expect(log.standing(run("fine"))).toBeNull();
    expect([...log.read(run("fine"))]).toEqual([]);
    for (const name of names) expect([...log.read(run(name))]).toHaveLength(1);
  });

  test("M1 closing waits for what was handed over", async () => {
    const log = await openedWithThread();
    const answer = log.append([append(run("aaaa"), 0)]);
    await log.close();
    expect(await answer).toEqual([{ done: true, position: 1 }]);
    expect([...opened().read(run("aaaa"))]).toHaveLength(1);
  });
});

describe("a file that is damaged", () => {
  async function written(count: number): Promise<void> {
    const log = openSqlite(folder);
    for (let after = 0; after < count; after += 10)
      await log.append([append(run("aaaa"), after, 10)]);
    await log.close();
  }

  test("no database at all, cut short, or another program's: it is not opened, and not changed", async () => {
    await written(2_000);
    const whole = readFileSync(state("log.db"));
    const other = join(folder, "other.db");
    const foreign = new DatabaseSync(other);
    foreign.exec("create table note (text text)");
    foreign.close();
    const damages: [string, Buffer][] = [
      [
        "no database",
        Buffer.from("This is a letter to a friend, who lives far away.\n".repeat(400)),
      ],
      ["cut in the middle", whole.subarray(0, Math.floor(whole.length / 2))],
      ["cut in its first page", whole.subarray(0, 300)],
      ["another's", readFileSync(other)],
    ];
    for (const [name, bytes] of damages) {
      writeFileSync(state("log.db"), bytes);
      const { code } = refusal();
      const isSame = readFileSync(state("log.db")).equals(bytes);
      expect([name, code, isSame]).toEqual([name, "corrupt", true]);
    }
    writeFileSync(state("log.db"), whole);
    expect([...opened().read(run("aaaa"))]).toHaveLength(2_000);
  });

  test("damaged inside: found after a crash on opening, else where it is read, and never passed over", async () => {
    await written(2_000);
    const bytes = readFileSync(state("log.db"));
    bytes.fill(0x5a, bytes.length - 40_000, bytes.length - 20_000);
    writeFileSync(state("log.db"), bytes);
    const log = openSqlite(folder);
    expect(() => {
      const verdict = verifyStream(log.read(run("aaaa")), sha256);
      if (!verdict.ok) throw new Error(verdict.message);
    }).toThrow(/damaged|modified|missing/);
    await log.close();
    writeFileSync(state("holder"), "1");
    expect(refusal()).toMatchObject({ code: "corrupt" });
  });

  test("the write-ahead log cut within a frame: the torn commit is gone whole, all before it stays", async () => {
    const log = opened();
    const ends: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      await log.append([append(run("aaaa"), round * 30, 30), append(run("bbbb"), round * 30, 30)]);
      ends.push(statSync(state("log.db-wal")).size);
    }
    const copy = join(folder, "copy");
    mkdirSync(join(copy, ".muster"), { recursive: true });
    // Copied by another process: a descriptor of ours would give the lock away when it is closed.
    const torn = (bytes: number) => {
      for (const name of ["log.db", "log.db-wal"])
        execFileSync("cp", [state(name), join(copy, ".muster", name)]);
      truncateSync(join(copy, ".muster", "log.db-wal"), bytes);
    };
    for (const kept of [3, 7, 11]) {
      const from = ends[kept - 1] ?? 0;
      const to = ends[kept] ?? 0;
      for (const bytes of [from + 11, Math.floor((from + to) / 2), to - 1]) {
        torn(bytes);
        const survivor = openSqlite(copy);
        for (const name of ["aaaa", "bbbb"])
          expect(verifyStream(survivor.read(run(name)), sha256)).toMatchObject({
            ok: true,
            end: { seq: kept * 30 },
          });
        expect(await survivor.append([append(run("aaaa"), kept * 30)])).toMatchObject([
          { done: true },
        ]);
        await survivor.close();
      }
    }
  });

  test("written by a later Muster: it says so, and leaves it as it is", async () => {
    await written(10);
    const database = new DatabaseSync(state("log.db"));
    database.exec("pragma user_version = 99");
    database.close();
    const { code, told } = refusal();
    expect(code).toBe("newer-version");
    expect(told).toContain("is of version 99");
  });

  test("a large content that was changed, or is gone, is not given", async () => {
    const log = opened();
    const large = JSON.stringify("x".repeat(300_000));
    const digest = digestOf(large);
    await log.append([append(run("aaaa"), 0, { contents: [[digest, large]] })]);
    const path = join(state("artifacts"), digest.slice(7, 9), digest.slice(9));
    copyFileSync(path, join(folder, "kept"));
    writeFileSync(path, large.replace("x", "y"));
    expect(() => log.content(digest)).toThrow(/is not what was written/);
    rmSync(path);
    expect(() => log.content(digest)).toThrow(/is not there/);
    copyFileSync(join(folder, "kept"), path);
    expect(log.content(digest)).toBe(large);
  });
});
