import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fileOf, folderOf, noFile } from "./folder.ts";
import { programName, whereThePersonStands } from "./npm-start.ts";

const root = mkdtempSync(join(tmpdir(), "muster-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
const shop = join(root, "shop");
const flows = join(shop, "workflows");
mkdirSync(join(flows, "deep"), { recursive: true });
mkdirSync(join(root, "alone"));
writeFileSync(join(flows, "a.yaml"), "");
writeFileSync(join(root, "alone", "b.yaml"), "");

const NPM = { npm_lifecycle_event: "start", npm_package_name: "muster" };

function at(
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Parameters<typeof folderOf>[0] {
  return { cwd, env, packs: "/packs" };
}

describe("the company's folder", () => {
  test("is the nearest one upward from where the person stands", () => {
    expect(folderOf(at(join(flows, "deep")), {})).toEqual({ folder: shop });
  });

  test("is the file's company, wherever the person stands", () => {
    const file = fileOf({ cwd: root, folder: null }, "shop/workflows/a.yaml");
    expect(folderOf(at(root), { file })).toEqual({ folder: shop });
  });

  test("of a file outside every company is the file's own", () => {
    const file = fileOf({ cwd: root, folder: null }, "alone/b.yaml");
    expect(folderOf(at(shop), { file })).toEqual({ folder: join(root, "alone") });
  });

  test("is exactly the one that is given", () => {
    expect(folderOf(at(root), { given: "alone" })).toEqual({ folder: join(root, "alone") });
    expect(folderOf(at(root), { given: "none" })).toMatchObject({ code: "no-folder" });
  });

  test("is where a file is looked for, after where the person stands", () => {
    const from = { cwd: root, folder: "shop" };
    expect(fileOf(from, "workflows/a.yaml")).toBe(join(flows, "a.yaml"));
    expect(fileOf(from, "alone/b.yaml")).toBe(join(root, "alone", "b.yaml"));
    expect(fileOf({ ...from, cwd: flows, folder: join(root, "alone") }, "a.yaml")).toBe(
      join(flows, "a.yaml"),
    );
    expect(noFile(from, "workflows").message).toContain("workflows is a folder, and a file is");
    expect(noFile(from, "workflows/c.yaml").message).toBe(
      `There is no file ${join(root, "workflows/c.yaml")}, nor ${join(flows, "c.yaml")}.`,
    );
  });

  test("that is nowhere is complained of with the mend", () => {
    expect(folderOf(at(join(root, "alone")), {})).toMatchObject({
      code: "no-folder",
      mend: expect.stringContaining("--folder"),
    });
  });

  test("is the pack's under npm start, only where there is no other", () => {
    const alone = join(root, "alone");
    expect(folderOf(at(alone, NPM), {})).toEqual({
      folder: "/packs/harbour-retail",
      pack: true,
    });
    expect(folderOf(at(flows, NPM), {})).toEqual({ folder: shop });
    const another = { ...NPM, npm_package_name: "shop" };
    expect(folderOf(at(alone, another), {})).toMatchObject({ code: "no-folder" });
  });

  test("is named in commands as the program was called: outside of the clone, npm is told where that is", () => {
    const env = { ...NPM, npm_package_json: join(root, "a clone", "package.json") };
    expect(programName({ cwd: shop, env })).toBe(
      `npm --prefix '${join(root, "a clone")}' start --`,
    );
    expect(programName({ cwd: join(root, "a clone", "packs"), env })).toBe("npm start --");
    expect(programName({ cwd: shop, env: {} })).toBe("muster");
  });

  test("is looked for where the person stands, though npm changes into the clone", () => {
    expect(whereThePersonStands({ ...NPM, INIT_CWD: shop }, root)).toBe(shop);
    expect(whereThePersonStands({ INIT_CWD: shop }, root)).toBe(root);
  });
});
