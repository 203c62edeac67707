import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "muster-module-"));
const here = new URL("./load-module.ts", import.meta.url).href;

/** In a process of its own: the test runner has its own way of loading modules. */
function faultOf(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  const script = `import { loadModule } from "${here}"; console.log((await loadModule(${JSON.stringify(file)})).fault);`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  }).trim();
}

describe("a module that cannot be loaded", () => {
  test.each(["bad.mjs", "bad.ts"])("says file and line of a syntax error in %s", (name) => {
    const fault = faultOf(
      name,
      "export const a = 1;\nexport function attempt() {\n  return foo bar;\n}\n",
    );
    expect(fault).toContain("SyntaxError");
    expect(fault).toContain(`(${join(folder, name)}:3`);
  });

  test("says file and line of what it throws when it is loaded", () => {
    const fault = faultOf("throws.ts", "export const a = 1;\nnull.b;\n");
    expect(fault).toContain(`${join(folder, "throws.ts")}:2`);
  });

  test("says which import is missing", () => {
    const fault = faultOf("imports.ts", 'import "./not-there.ts";\n');
    expect(fault).toContain("not-there.ts");
  });
});
