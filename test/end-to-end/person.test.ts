/** A process is killed while people have a task: it is still theirs, and it is done once. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeFiles } from "../given/folder.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-person-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FILES = {
  "agents/lawyer.yaml": "kind: person\nfrom: [ana, bo]\n",
  "agents/slow.yaml": "kind: command\ncommand: [node, ./slow.mjs]\neffects: pure\n",
  "slow.mjs": `
    import { existsSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    while (!existsSync(${JSON.stringify(join(folder, "go"))})) await sleep(20);
    console.log('{"outputs":{}}');
  `,
  "workflows/contract.yaml": `
execution: parallel
steps:
  - { id: review, agent: lawyer, outputs: { verdict: string } }
  - { id: other, agent: slow }
`,
};

const program = resolve("src/cli/main.ts");
const env = { PATH: process.env["PATH"] ?? "", HOME: folder };

function muster(...words: readonly string[]) {
  return spawnSync(process.execPath, [program, ...words], { cwd: folder, env, encoding: "utf8" });
}

describe("a person's task", () => {
  test("survives kill -9 of the process that opened it, with its claim, and is answered once", async () => {
    writeFiles(folder, FILES);
    const atWork = spawn(process.execPath, [program, "run", "contract"], {
      cwd: folder,
      env,
      stdio: "ignore",
    });
    const ended = new Promise((told) => atWork.once("exit", told));
    await expect
      .poll(() => muster("inbox", "list").stdout, { timeout: 60_000 })
      .toContain("is a person's task (lawyer): it waits for ana or bo.");
    atWork.kill("SIGKILL");
    await ended;

    expect(muster("inbox", "list").stdout).toContain("waits for ana or bo.");
    expect(muster("inbox", "claim", "last", "--by", "bo").status).toBe(0);
    const listed = muster("inbox", "list").stdout;
    expect(listed).toContain("bo has claimed it.");
    const words = ["inbox", "answer", "last", "verdict=good", "--no-wait"];
    expect(muster(...words, "--by", "ana")).toMatchObject({ status: 5 });
    expect(muster(...words, "--by", "bo")).toMatchObject({ status: 0 });
    expect(muster(...words, "--by", "bo")).toMatchObject({ status: 5 });
    writeFileSync(join(folder, "go"), "");
    const { status, stdout } = muster("runs", "resume", "last");
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("- verdict: good"),
    });
    const events = muster("runs", "events", "last", "--json")
      .stdout.trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; step: string });
    const answers = events.filter(
      ({ type, step }) => type === "step.finished" && step === "review",
    );
    expect(answers).toHaveLength(1);
  });
});
