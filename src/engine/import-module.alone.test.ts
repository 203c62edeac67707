import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

test("a company's module imports the Muster that runs it, though none is installed beside it", () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-import-"));
  try {
    const agent = join(folder, "agent.ts");
    writeFileSync(
      agent,
      'import { defineAgent } from "muster";\nexport const agent = defineAgent({ attempt: () => ({ outputs: {} }) });\n',
    );
    const door = join(import.meta.dirname, "import-module.ts");
    const script = `import { importModule } from ${JSON.stringify(door)}; console.log(Object.keys(await importModule(${JSON.stringify(agent)})).join());`;
    const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    expect(said).toBe("agent\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
