import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { SETUP, UNIT } from "./scripts/unit-files.ts";
import { LongestFirst } from "./test/longest-first.ts";

/** `unit` is pure and shares one process; `alone` needs processes, ports or a disk of its own, and comes after. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      {
        test: {
          name: "unit",
          setupFiles: [...SETUP],
          include: [...UNIT.include],
          exclude: [...UNIT.exclude],
          isolate: false,
          // Long enough for a machine that does much else: no test is about the time it takes.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "alone",
          // Hundreds of processes load the same files; compiled, by content, they load in half the time.
          env: { NODE_COMPILE_CACHE: resolve("node_modules/.cache/compiled") },
          setupFiles: [...SETUP],
          include: ["src/**/*.alone.test.ts", "test/*/**/*.test.ts", "packs/**/tests/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/promised/!(*.alone).test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
