import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

const IMPORT = `import { beforeAll, describe, test } from "vitest";`;

describe("the last line of a test run", () => {
  test("counts what passed, failed and was skipped, and the exit code agrees", () => {
    const { last, code } = run({
      "one.test.js": `${IMPORT} test("a", () => {}); test("b", () => {}); test.skip("c", () => {});`,
    });
    expect({ last, code }).toEqual({ last: "2 passed, 0 failed, 1 skipped", code: 0 });
  });

  test("counts as failed: a test, a file that does not load, a set-up that breaks, an error nobody caught", () => {
    const { last, code } = run({
      "fails.test.js": `${IMPORT} test("a", () => { throw new Error("no"); }); test("b", () => {});`,
      "load.test.js": `import "./missing.js";`,
      "set-up.test.js": `${IMPORT} describe("s", () => { beforeAll(() => { throw new Error("no"); }); test("a", () => {}); });`,
      "late.test.js": `${IMPORT} test("a", async () => {
        setTimeout(() => { throw new Error("late"); }, 1);
        await new Promise((done) => setTimeout(done, 50));
      });`,
    });
    expect({ last, code }).toEqual({ last: "2 passed, 4 failed, 1 skipped", code: 1 });
  });

  test("says that something failed when no test was found", () => {
    expect(run({}).last).toBe("0 passed, 1 failed");
  });
});

/** Runs vitest with our reporter on these files, in a folder of their own. */
function run(files: Readonly<Record<string, string>>): { last: string; code: number | null } {
  const folder = mkdtempSync(join(tmpdir(), "muster-closing-line-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "tests"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, "tests", name), text);
  }
  const reporter = resolve("test/closing-line.ts");
  const options = ["run", "--root", folder, "--reporter", "default", "--reporter", reporter];
  const { stdout, status } = spawnSync(
    process.execPath,
    [resolve("node_modules/vitest/vitest.mjs"), ...options],
    { cwd: folder, encoding: "utf8" },
  );
  return { last: stdout.trimEnd().split("\n").at(-1) ?? "", code: status };
}
