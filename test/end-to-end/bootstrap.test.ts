import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";

/** Stands for npm: notes what it was asked, takes its time, and leaves the folder as `npm ci` would. */
const NPM = `
const fs = require("node:fs");
fs.appendFileSync("asked", process.argv.slice(2).join(" ") + "\\n");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
fs.rmSync("node_modules", { recursive: true, force: true });
if (fs.existsSync("broken")) process.exit(1);
fs.mkdirSync("node_modules/.bin", { recursive: true });
fs.writeFileSync("node_modules/.bin/node", "");
`;

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-bootstrap-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "scripts"));
  for (const name of ["package.json", "package-lock.json", "scripts/bootstrap.cjs"]) {
    copyFileSync(name, join(folder, name));
  }
  writeFileSync(join(folder, "npm.cjs"), NPM);
});

describe("setting up a fresh clone", () => {
  test("installs once, and says nothing the second time", async () => {
    expect((await bootstrap()).said).toContain("installing");
    expect(await bootstrap()).toEqual({ code: 0, said: "" });
    expect(asked()).toEqual([expect.stringContaining("ci --include=optional --omit=dev")]);
  });

  test("for the tests serves the start too, but not the other way round", async () => {
    await bootstrap();
    await bootstrap("--dev");
    await bootstrap();
    expect(asked()).toEqual([
      expect.stringContaining("--omit=dev"),
      expect.stringContaining("--include=dev"),
    ]);
  });

  test("installs again when a dependency has changed, and keeps a developer's tools", async () => {
    await bootstrap("--dev");
    edit("package.json", '"yaml": "', '"yaml": "^');
    await bootstrap();
    expect(asked()).toEqual([
      expect.stringContaining("--include=dev"),
      expect.stringContaining("--include=dev"),
    ]);
  });

  test("installs nothing when only a script has changed", async () => {
    await bootstrap();
    edit("package.json", '"version": "', '"version": "9.');
    await bootstrap();
    expect(asked()).toHaveLength(1);
  });

  test("from two shells at once installs once", async () => {
    await Promise.all([bootstrap(), bootstrap()]);
    expect(asked()).toHaveLength(1);
    expect(existsSync(join(folder, ".bootstrap.lock"))).toBe(false);
  });

  test("does not wait for a set-up that was killed", async () => {
    const dead = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => dead.on("close", resolve));
    writeFileSync(join(folder, ".bootstrap.lock"), String(dead.pid));
    expect((await bootstrap()).code).toBe(0);
  });

  test("that fails says what to do, and begins again the next time", async () => {
    writeFileSync(join(folder, "broken"), "");
    const failed = await bootstrap();
    expect(failed.code).toBe(1);
    expect(failed.said).toContain("mend: ");
    rmSync(join(folder, "broken"));
    expect((await bootstrap()).code).toBe(0);
    expect(asked()).toHaveLength(2);
  });
});

/** What it says is on standard error; standard output belongs to the command that follows. */
function bootstrap(...args: readonly string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(folder, "scripts/bootstrap.cjs"), ...args], {
    env: { ...process.env, npm_execpath: join(folder, "npm.cjs") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, said })));
}

function asked(): readonly string[] {
  return readFileSync(join(folder, "asked"), "utf8").trimEnd().split("\n");
}

function edit(name: string, from: string, to: string): void {
  const path = join(folder, name);
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
}
