/** What others' work we stand on, and on which terms. The list is docs/reference/licences.md. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const ALLOWED = [
  "MIT",
  "MIT-0",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
];
/** What is only used to build and to test, and reaches nobody with the package. */
const ALLOWED_FOR_DEVELOPMENT = [...ALLOWED, "MPL-2.0", "CC0-1.0", "Python-2.0"];

type Locked = {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
};

const packages = lockedPackages();

test("every dependency is on terms we can pass on", () => {
  const refused = packages
    .filter(({ licence, dev }) => !isAllowed(licence, dev ? ALLOWED_FOR_DEVELOPMENT : ALLOWED))
    .map(
      ({ name, version, licence }) =>
        `${name} ${version} is under "${licence}"; do without it, or allow that licence in test/licences.test.ts`,
    );
  expect(refused).toEqual([]);
});

test("the list of licences is the lock file's (mend: npm run unit -- --update)", async () => {
  await expect(document()).toMatchFileSnapshot("../docs/reference/licences.md");
});

function lockedPackages() {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.startsWith("node_modules/") && link !== true)
    .map(([path, { version = "", license = "unknown", dev = false }]) => ({
      name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      version,
      licence: license,
      dev,
    }));
}

/** Of "A OR B" one must be allowed, of "A AND B" each. */
function isAllowed(licence: string, allowed: readonly string[]): boolean {
  const plain = licence.replaceAll(/[()]/g, "");
  if (plain.includes(" OR ")) return plain.split(" OR ").some((one) => isAllowed(one, allowed));
  return plain.split(" AND ").every((one) => allowed.includes(one.trim()));
}

function document(): string {
  const table = (dev: boolean): string =>
    packages
      .filter((one) => one.dev === dev)
      .map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`)
      .join("\n");
  const head = "| package | version | licence |\n| --- | --- | --- |\n";
  return `# Licences of what we stand on

Written by a test from the lock file. Muster itself is under Apache-2.0.

## In the package

${head}${table(false)}

## To build and to test

Packages for other platforms are in the list too; only the fitting ones are installed.

${head}${table(true)}
`;
}
