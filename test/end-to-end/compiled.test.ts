/** The program's second start takes what the first compiled. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const MAIN = resolve("src/cli/main.ts");

test("what a verb needs is compiled once, and kept beside the packages", async () => {
  // Not the cache that the tests share: the program's own.
  const env = { PATH: process.env["PATH"] ?? "", NODE_DEBUG_NATIVE: "COMPILE_CACHE" };
  const help = () => promisify(execFile)(process.execPath, [MAIN, "--help"], { env });
  await help();
  const { stdout, stderr } = await help();
  const told = `${stdout}${stderr}`;
  expect(told).toMatch(/reading cache from \S+node_modules\/\.cache\/compiled\/\S+ for/);
  expect(told).toMatch(/V8 code cache for ESM \S+\/src\/cli\/program\.ts was accepted/);
});
