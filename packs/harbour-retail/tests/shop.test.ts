import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const SHOP = resolve(import.meta.dirname, "../shop");

test("the shop is as its maker makes it", () => {
  const made = execFileSync(process.execPath, [join(SHOP, "make-shop.ts")], { encoding: "utf8" });
  expect(made).toBe(readFileSync(join(SHOP, "shop.sql"), "utf8"));
});
