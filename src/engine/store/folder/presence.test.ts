import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { presenceOf } from "./presence.ts";

test("a log that was removed or replaced while it is written to is written to no more", () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-presence-"));
  try {
    const path = join(folder, "log.db");
    writeFileSync(path, "log");
    const isThere = presenceOf(path);
    expect(isThere).not.toThrow();
    renameSync(path, join(folder, "away.db"));
    expect(isThere).toThrow("was removed while Muster was writing to it");
    writeFileSync(path, "another");
    expect(isThere).toThrow("was replaced while Muster was writing to it");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
