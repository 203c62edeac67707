/** What others build on: the names behind the package's doors. Removing one breaks somebody. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const doors = doorsOfPackage();

test.each(doors)("the door $name of the package is a file with named exports", ({ file }) => {
  expect(
    existsSync(file),
    `${file} is not there; write it, or take its door out of package.json`,
  ).toBe(true);
  expect(namesIn(file).length).toBeGreaterThan(0);
});

test("the names behind the doors are those of test/golden/api.txt (mend: npm run unit -- --update, and tell users in CHANGELOG.md)", async () => {
  const listed = doors
    .filter(({ file }) => existsSync(file))
    .map(
      ({ name, file }) =>
        `${name}\n${namesIn(file)
          .map((each) => `  ${each}\n`)
          .join("")}`,
    );
  await expect(listed.join("\n")).toMatchFileSnapshot("golden/api.txt");
});

/** "." is muster, "./testing" is muster/testing; each is compiled from the file of the same name in src. */
function doorsOfPackage(): readonly { readonly name: string; readonly file: string }[] {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string"
      ? []
      : [
          {
            name: path.replace(".", "muster"),
            file: target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts"),
          },
        ],
  );
}

/** Sorted; a type is marked as one. Doors have named exports only, which test/tidy.test.ts sees to. */
function namesIn(file: string): readonly string[] {
  const text = readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const lists = [...text.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(
    ([, type = "", list = ""]) =>
      list
        .split(",")
        .map((one) => one.trim().replace(/^.* as /, ""))
        .filter((one) => one !== "")
        .map((one) => (one.startsWith("type ") ? one : type + one)),
  );
  const declared = [
    ...text.matchAll(
      /^export (?:declare )?(?:async )?(function|const|class|type|interface) (\w+)/gm,
    ),
  ].map(([, kind = "", name = ""]) =>
    ["type", "interface"].includes(kind) ? `type ${name}` : name,
  );
  return [...lists, ...declared].toSorted();
}
