/** The lock file installs the same on every machine, from any registry. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const text = readFileSync("package-lock.json", "utf8");
const { packages } = JSON.parse(text) as {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
};

test("names no registry (mend: install with the .npmrc of this folder)", () => {
  expect(text.match(/"resolved": "http[^"]*"/g) ?? []).toEqual([]);
});

test("names the packages of every platform (mend: node scripts/complete-lock.ts)", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`node_modules/${name}`] === undefined &&
        packages[`${path}/node_modules/${name}`] === undefined,
    ),
  );
  expect(missing).toEqual([]);
});
