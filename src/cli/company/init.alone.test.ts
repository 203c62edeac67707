import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { givenCompany } from "../given-company.ts";
import { NEW_COMPANY } from "./new-company.ts";

describe("muster init", () => {
  test("writes the files that README.md shows", () => {
    const shown = Object.fromEntries(
      [
        ...readFileSync("README.md", "utf8").matchAll(
          /```(?:yaml|ts)\n(?:#|\/\/) (\S+)\n([\s\S]*?)```/g,
        ),
      ].map(([, path = "", text = ""]) => [path, text]),
    );
    for (const [path, text] of Object.entries(NEW_COMPANY))
      expect([path, shown[path]]).toEqual([path, text]);
  });

  test("makes a folder, names its files, and says how to see it work", async () => {
    using given = givenCompany({});
    const { code, out, err } = await given.muster("init", "a shop");
    expect([code, out]).toEqual([
      0,
      "a shop/workflows/hello.yaml\na shop/agents/greeter.yaml\na shop/agents/greeter.ts\n",
    ]);
    expect(err).toContain("muster run hello name=Ada --folder 'a shop'");
  });

  test("is the folder where one stands, unless it is named, and as JSON", async () => {
    using given = givenCompany({});
    const { out } = await given.muster("init", "--json");
    const files = Object.keys(NEW_COMPANY).map((path) => join(given.folder, path));
    expect(JSON.parse(out)).toEqual({ folder: given.folder, files });
  });

  test("leaves a company, and a file that stands there, as they are", async () => {
    using given = givenCompany({ "notes/agents/greeter.ts": "mine" });
    const again = await given.muster("init", "notes");
    expect([again.code, again.err]).toEqual([
      5,
      expect.stringContaining("notes/agents/greeter.ts is there already; nothing was written."),
    ]);
    expect(existsSync(join(given.folder, "notes/workflows"))).toBe(false);
    given.write("workflows/a.yaml", "name: a");
    const here = await given.muster("init");
    expect([here.code, here.err]).toEqual([5, expect.stringContaining("is a company already")]);
  });

  test("that cannot be written leaves nothing behind", async () => {
    using given = givenCompany({});
    mkdirSync(join(given.folder, "half"));
    writeFileSync(join(given.folder, "half/agents"), "a file where a folder is to be");
    const { code, err } = await given.muster("init", "half");
    expect([code, err]).toEqual([
      expect.any(Number),
      expect.stringContaining("could not be written into"),
    ]);
    expect(readdirSync(join(given.folder, "half"))).toEqual(["agents"]);
  });
});
