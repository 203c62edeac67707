/** A company from nothing, as a new user begins one. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bareEnvironment } from "../given/bare-environment.ts";

const place = mkdtempSync(join(tmpdir(), "muster-init-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

test("what muster init writes is in order, runs, and asks a person", () => {
  const muster = (...words: readonly string[]) =>
    spawnSync(process.execPath, [resolve("src/cli/main.ts"), ...words], {
      cwd: place,
      env: bareEnvironment(),
      encoding: "utf8",
    });
  const { stderr } = muster("init", "shop");
  expect(stderr).toBe("See it work: muster run hello name=Ada --folder shop\n");
  expect(muster("check", "--folder", "shop").stdout).toContain("nothing is wrong");
  const run = muster("run", "hello", "name=Ada", "--folder", "shop");
  expect([run.status, run.stderr]).toEqual([6, expect.stringContaining('Send "Hello, Ada!"?')]);
  expect(muster("inbox", "approve", "last", "--folder", "shop").status).toBe(0);
});
