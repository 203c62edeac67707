/** A process that dies while it sweeps: nothing that is referred to is lost, and in the end nothing else stays. */
import { spawn } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Digest } from "../../src/core/id.ts";
import { openSqlite } from "../../src/engine/store/index.ts";
import { append, digestOf, run } from "../contract/appends.ts";

const NAMED = 20;
const LOOSE = 150;
const STRAYS = 150;
const KILLS = 6;
const folder = mkdtempSync(join(tmpdir(), "muster-sweep-kill-"));
const artifacts = join(folder, ".muster", "artifacts");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (name: string): string => JSON.stringify(`${name} `.padEnd(263_000, "x"));

test("kill -9 during a sweep loses nothing that is referred to", async () => {
  await filled();
  let lives = 0;
  for (; lives < KILLS && !(await swept(lives * 3)); lives += 1) await looked();
  if (lives < 2) throw new Error("no process was killed while it swept");
  expect(await swept(null)).toBe(true);
  expect(await looked()).toEqual({ contents: NAMED, files: NAMED });
}, 120_000);

/** Events name some of what was put; files that no commit came to name lie between. */
async function filled(): Promise<void> {
  const log = openSqlite(folder);
  for (let n = 0; n < NAMED + LOOSE; n += 1) {
    const text = textOf(`content ${n}`);
    const digest = digestOf(text);
    await log.put({ digest, text, name: "", by: "ana", at: n });
    if (n >= NAMED) continue;
    const [event] = append(run("aaaa"), n).events;
    if (event === undefined) throw new Error("an append has an event");
    const named = { ...event, data: { output: { digest, bytes: text.length } } };
    await log.append([{ ...append(run("aaaa"), n), events: [named] }]);
  }
  await log.close();
  for (let n = 0; n < STRAYS; n += 1) {
    const hex = digestOf(`stray ${n}`).slice("sha256:".length);
    mkdirSync(join(artifacts, hex.slice(0, 2)), { recursive: true });
    writeFileSync(join(artifacts, hex.slice(0, 2), hex.slice(2)), "never named");
  }
}

/** One life of a process that sweeps. @returns whether it came to its end */
function swept(killAfterMs: number | null): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "artifacts", "sweeper.ts");
    const worker = spawn(process.execPath, [script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    worker.stdout.on("data", (part) => {
      said += String(part);
      if (killAfterMs !== null && said === "begun\n")
        setTimeout(() => worker.kill("SIGKILL"), killAfterMs);
    });
    worker.on("close", () => resolve(said.endsWith("done\n")));
  });
}

/** Every content that an event names is there as it was written. */
async function looked(): Promise<{ readonly contents: number; readonly files: number }> {
  const log = openSqlite(folder);
  const named = [...log.read(run("aaaa"))].map(
    ({ data }) => (data["output"] as { readonly digest: Digest }).digest,
  );
  expect(named).toHaveLength(NAMED);
  named.forEach((digest, n) => expect(log.content(digest)).toBe(textOf(`content ${n}`)));
  const { count: contents } = log.holdings();
  await log.close();
  return { contents, files: globSync("*/*", { cwd: artifacts }).length };
}
