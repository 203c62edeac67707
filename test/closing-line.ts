import type { Reporter, TestModule } from "vitest/node";

type Count = { passed: number; failed: number; skipped: number };

/**
 * A reporter whose line is the very last on standard output: `N passed, N failed`, and `, N skipped`
 * where there are any. It is written when the process exits, so that nothing comes after it. The
 * quick gate says how many tests it did not run, since they passed before: `PASSED_BEFORE`.
 */
export default function closingLineReporter(): Reporter {
  const before = Number(process.env["PASSED_BEFORE"] ?? 0);
  let count: Count = { passed: before, failed: 0, skipped: 0 };
  return {
    onInit() {
      process.once("exit", (code) => process.stdout.write(`${closingLine(count, code)}\n`));
    },
    onTestRunEnd(modules, unhandled) {
      count = countOf(modules, unhandled.length);
      count.passed += before;
    },
  };
}

/**
 * @param code the process's exit code: where it says failure and no test did (an interrupt, no test
 * found, a broken configuration), that counts as one
 */
export function closingLine(count: Readonly<Count>, code: number): string {
  const failed = code === 0 ? count.failed : Math.max(count.failed, 1);
  return `${count.passed} passed, ${failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ""}`;
}

/** Besides tests, these count as failed: a file that did not load, a suite whose set-up broke, an error nobody caught. */
function countOf(modules: readonly TestModule[], unhandled: number): Count {
  const count: Count = { passed: 0, failed: unhandled, skipped: 0 };
  for (const module of modules) {
    count.failed += module.errors().length;
    for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // A test that is still pending when all is over was lost with its process.
      if (state === "pending") count.failed += 1;
      else count[state] += 1;
    }
  }
  return count;
}
