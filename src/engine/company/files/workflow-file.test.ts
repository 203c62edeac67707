import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { takeIn } from "./workflow-file.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-workflow-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe("a workflow's file", () => {
  test("that is no workflow by its name is refused, and not run as a module", async () => {
    const path = written("notes", 'throw new Error("it was run");');
    expect(await takeIn(path, "notes")).toMatchObject({
      problem: {
        code: "wrong-type",
        message: expect.stringContaining("notes is no workflow by its name"),
      },
    });
  });
});
