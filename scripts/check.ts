/**
 * The whole gate: format, lint, unused code and types side by side, then the tests. It stops at the
 * first half when that fails, and says so in the closing line, where each failed check counts as one.
 * The quick gate, of unit tests alone, does both halves at once.
 *
 *   node scripts/check.ts [--project unit] [file …] [any option of `vitest run`]
 */
import { spawn } from "node:child_process";
import { styleText } from "node:util";
import { parseCLI, startVitest } from "vitest/node";
import { closingLine } from "../test/closing-line.ts";

const CHECKS = ["format", "lint", "unused", "types"] as const;

const isQuick = process.argv.includes("unit");
// The quick gate tries each property on fewer cases: see test/given/cases.ts.
if (isQuick) process.env["MUSTER_CASES"] ??= "few";

const checks = failedChecks();
// It does both halves side by side, too; the whole gate, which takes minutes, does not begin in vain.
const failed = isQuick ? 0 : await checks;
if (failed > 0) {
  console.log(closingLine({ passed: 0, failed, skipped: 0 }, 1));
  process.exitCode = 1;
} else await runTests();

async function failedChecks(): Promise<number> {
  const begun = performance.now();
  const results = await Promise.all(CHECKS.map((check) => runScript(check)));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const bad = results.filter(({ code }) => code !== 0);
  for (const { check, output } of bad) {
    console.log(
      `${styleText("red", check)}\n${output.trimEnd()}\n  mend: npm run ${check} shows it again; npm run fix mends some\n`,
    );
  }
  if (bad.length === 0) console.log(`${CHECKS.join(", ")}: in order (${seconds} s)`);
  return bad.length;
}

/** Runs a script of package.json and keeps what it says, so that checks side by side do not mix their lines. */
function runScript(check: string): Promise<{ check: string; code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", check], {
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve({ check, code: 1, output: error.message }));
    child.on("close", (code) => resolve({ check, code: code ?? 1, output }));
  });
}

async function runTests(): Promise<void> {
  try {
    const { filter, options } = parseCLI(["vitest", "run", ...process.argv.slice(2)]);
    const vitest = await startVitest(filter, options);
    if ((await checks) > 0) process.exitCode = 1;
    await vitest.exit();
  } catch (error) {
    console.error(error);
    console.log(closingLine({ passed: 0, failed: 1, skipped: 0 }, 1));
    process.exitCode = 1;
  }
}
