import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fileOf, folderOf } from "./folder.ts";
import { whereThePersonStands } from "./npm-start.ts";

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
    const file = fileOf(root, "shop/workflows/a.yaml");
    expect(folderOf(at(root), { file })).toEqual({ folder: shop });
  });

  test("of a file outside every company is the file's own", () => {
    const file = fileOf(root, "alone/b.yaml");
    expect(folderOf(at(shop), { file })).toEqual({ folder: join(root, "alone") });
  });

  test("is exactly the one that is given", () => {
    expect(folderOf(at(root), { given: "alone" })).toEqual({ folder: join(root, "alone") });
    expect(folderOf(at(root), { given: "none" })).toMatchObject({ code: "no-folder" });
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
      folder: "/packs/customer-onboarding",
      pack: true,
    });
    expect(folderOf(at(flows, NPM), {})).toEqual({ folder: shop });
    const another = { ...NPM, npm_package_name: "shop" };
    expect(folderOf(at(alone, another), {})).toMatchObject({ code: "no-folder" });
  });

  test("is looked for where the person stands, though npm changes into the clone", () => {
    expect(whereThePersonStands({ ...NPM, INIT_CWD: shop }, root)).toBe(shop);
    expect(whereThePersonStands({ INIT_CWD: shop }, root)).toBe(root);
  });
});
