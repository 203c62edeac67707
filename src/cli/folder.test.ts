import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fileOf, folderOf } from "./folder.ts";

const root = mkdtempSync(join(tmpdir(), "muster-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
const shop = join(root, "shop");
const flows = join(shop, "workflows");
mkdirSync(join(flows, "deep"), { recursive: true });
mkdirSync(join(root, "alone"));
writeFileSync(join(flows, "a.yaml"), "");
writeFileSync(join(root, "alone", "b.yaml"), "");

describe("the company's folder", () => {
  test("is the nearest one upward from where the person stands", () => {
    expect(folderOf({ cwd: join(flows, "deep"), given: null })).toEqual({ folder: shop });
  });

  test("is the file's company, wherever the person stands", () => {
    const file = fileOf(root, "shop/workflows/a.yaml");
    expect(folderOf({ cwd: root, given: null, file })).toEqual({ folder: shop });
  });

  test("of a file outside every company is the file's own", () => {
    const file = fileOf(root, "alone/b.yaml");
    expect(folderOf({ cwd: shop, given: null, file })).toEqual({ folder: join(root, "alone") });
  });

  test("is exactly the one that is given", () => {
    expect(folderOf({ cwd: root, given: "alone" })).toEqual({ folder: join(root, "alone") });
    expect(folderOf({ cwd: root, given: "none" })).toMatchObject({ code: "no-folder" });
  });

  test("that is nowhere is complained of with the mend", () => {
    expect(folderOf({ cwd: join(root, "alone"), given: null })).toMatchObject({
      code: "no-folder",
      mend: expect.stringContaining("--folder"),
    });
  });
});
