/** Which tests are unit tests: pure, and many in one process. The rest need one of their own. */
export const UNIT = {
  include: ["src/**/*.test.ts", "test/*.test.ts", "test/promised/*.test.ts"],
  exclude: ["**/*.alone.test.ts"],
} as const;

/** Run before each test file. */
export const SETUP = ["test/given/seed.ts"] as const;
