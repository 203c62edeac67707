/**
 * The gate. The whole gate (`npm test`) asks everything anew: format, lint, unused code and types
 * side by side, then all tests. It stops at the first half when that fails, and says so in the
 * closing line, where each failed check counts as one.
 *
 * The quick gate (`npm run check`) is of unit tests alone and does both halves at once. What passed
 * before on this machine, with the same content of all that it rests on, is not asked again (see
 * reach.ts); nothing is remembered of a run in which a file changed. Where tests or options are
 * named, all of them are run.
 *
 *   node scripts/check.ts [--project unit] [file …] [any option of `vitest run`]
 */
import { spawn } from "node:child_process";
import { delimiter, relative, resolve } from "node:path";
import { styleText } from "node:util";
import { closingLine } from "../test/closing-line.ts";
import { readPassed, writePassed } from "./passed.ts";
import { CHECKS, type Check, type Commands, planOf, wholeCommands } from "./plan.ts";
import { readTree } from "./tree.ts";

const PASSED = "node_modules/.cache/passed.json";
const BIN = resolve("node_modules/.bin");
const QUICK = ["--project", "unit"];

const words = process.argv.slice(2);
const isQuick = words.includes("unit");
// The quick gate tries each property on fewer cases: see test/given/cases.ts.
if (isQuick) process.env["MUSTER_CASES"] ??= "few";

if (words.join() === QUICK.join()) await quickGate();
else await wholeGate();

async function wholeGate(): Promise<void> {
  const checks = failedChecks(wholeCommands());
  // The unit tests go side by side with them; the whole gate, which takes minutes, does not begin in vain.
  const failed = isQuick ? [] : await checks;
  if (failed.length > 0) return close(0, failed.length);
  await runTests(words, checks);
}

async function quickGate(): Promise<void> {
  const tree = readTree();
  const passed = readPassed(PASSED);
  const all = passed.get(tree.whole);
  if (all !== undefined) {
    console.log("nothing has changed since all of this passed; npm test asks everything anew");
    return close(all, 0);
  }
  const { commands, tests, passedBefore, passes } = planOf(tree, passed, wholeCommands());
  if (passedBefore > 0)
    console.log(`${passedBefore} tests passed before on all that they rest on; npm test asks anew`);
  const checks = failedChecks(commands);
  const ended = (failed: readonly Check[], ran: ReadonlyMap<string, number>): void => {
    const isWell = failed.length === 0 && ran.size === tests.length;
    const count = [...ran.values()].reduce((sum, one) => sum + one, passedBefore);
    if (readTree().whole !== tree.whole) return;
    writePassed(
      PASSED,
      new Map([...passes(failed, ran), ...(isWell ? [[tree.whole, count] as const] : [])]),
    );
  };
  if (tests.length > 0) {
    // The closing line counts them, too: see test/closing-line.ts.
    process.env["PASSED_BEFORE"] = String(passedBefore);
    await runTests([...QUICK, ...tests], checks, ended);
  } else {
    const failed = await checks;
    ended(failed, new Map());
    close(passedBefore, failed.length);
  }
}

function close(passed: number, failed: number): void {
  if (failed > 0) process.exitCode = 1;
  console.log(closingLine({ passed, failed, skipped: 0 }, failed > 0 ? 1 : 0));
}

/** @returns the checks that failed */
async function failedChecks(commands: Commands): Promise<readonly Check[]> {
  const begun = performance.now();
  const results = await Promise.all(
    [...commands].map(([check, command]) => runCommand(check, command)),
  );
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const bad = results.filter(({ code }) => code !== 0);
  for (const { check, output } of bad) {
    console.log(
      `${styleText("red", check)}\n${output.trimEnd()}\n  mend: npm run ${check} shows it again; npm run fix mends some\n`,
    );
  }
  if (bad.length === 0) console.log(`${CHECKS.join(", ")}: in order (${seconds} s)`);
  return bad.map(({ check }) => check);
}

/** Runs a command of node_modules/.bin and keeps what it says, so that checks side by side do not mix their lines. */
function runCommand(
  check: Check,
  [program = "", ...args]: readonly string[],
): Promise<{ check: Check; code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
      env: { ...process.env, PATH: `${BIN}${delimiter}${process.env["PATH"] ?? ""}` },
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

type Ended = (failed: readonly Check[], ran: ReadonlyMap<string, number>) => void;

async function runTests(
  options: readonly string[],
  checks: Promise<readonly Check[]>,
  ended: Ended = () => {},
): Promise<void> {
  try {
    const { parseCLI, startVitest } = await import("vitest/node");
    const parsed = parseCLI(["vitest", "run", ...options]);
    const vitest = await startVitest(parsed.filter, parsed.options);
    const failed = await checks;
    if (failed.length > 0) process.exitCode = 1;
    const ran = vitest.state.getTestModules().flatMap((module) => {
      const results = [...module.children.allTests()].map((test) => test.result().state);
      const isWell = module.ok() && results.every((state) => state === "passed");
      return isWell
        ? [
            [
              relative(process.cwd(), module.moduleId).replaceAll("\\", "/"),
              results.length,
            ] as const,
          ]
        : [];
    });
    // An error that nobody caught may be of any of them.
    ended(failed, new Map(vitest.state.getUnhandledErrors().length > 0 ? [] : ran));
    await vitest.exit();
  } catch (error) {
    console.error(error);
    console.log(closingLine({ passed: 0, failed: 1, skipped: 0 }, 1));
    process.exitCode = 1;
  }
}
