/**
 * The package as a stranger gets it: packed, installed in an empty folder, and used as README.md
 * says. The files are README's own, so that what is read there runs.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFiles } from "../given/folder.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly version: string;
};

/** README shows one agent; the other runs in a worker of its own, which the package must find in its compiled form. */
const SHOUTER = {
  "workflows/loud.yaml": `
name: loud
steps:
  - { id: greet, agent: greeter, inputs: { name: Ada }, outputs: { greeting: string } }
  - { id: shout, agent: shouter, inputs: { text: $greet.greeting }, outputs: { text: string } }
`,
  "agents/shouter.yaml":
    "muster: 1\nkind: function\nmodule: ./agents/shouter.ts\nisolate: true\neffects: pure\n",
  "agents/shouter.ts": `
    import { defineAgent } from "muster";
    export const agent = defineAgent({
      attempt: (task) => ({ outputs: { text: String(task.inputs["text"]).toUpperCase() } }),
    });
  `,
};

let folder = "";
let packed: readonly string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-pack-"));
  const said = run(
    "npm",
    ["pack", "--silent", "--json", "--pack-destination", folder],
    process.cwd(),
  );
  const [made] = JSON.parse(said.stdout.slice(said.stdout.indexOf("["))) as readonly {
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  packed = made?.files.map(({ path }) => path) ?? [];
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  // Node 24 is on the PATH already; the optional one would be 190 MB more.
  run("npm", ["install", "--prefer-offline", "--omit=optional", `./${made?.filename}`]);
  writeFiles(folder, { ...filesOfReadme(), ...SHOUTER });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the package", () => {
  test("holds the compiled code and its types, and neither tests nor state", () => {
    expect(packed).toEqual(
      expect.arrayContaining(["dist/cli/main.js", "dist/index.js", "dist/index.d.ts", "LICENSE"]),
    );
    const strange = packed.filter((path) =>
      /\.test\.|^src\/|^test\/|\.muster\/|node_modules/.test(path),
    );
    expect(strange).toEqual([]);
  });

  test("installed in an empty folder is the command muster", () => {
    expect(muster("--version").stdout.trim()).toBe(version);
  });

  test("finds nothing wrong in the company that README.md shows", () => {
    expect(muster("check").code).toBe(0);
  });

  test("runs a workflow to its end with a company's own TypeScript agents", () => {
    const { stdout, code } = muster("run", "workflows/loud.yaml", "--json");
    expect(code).toBe(0);
    expect(stdout).toContain("HELLO, ADA!");
    expect(muster("runs", "list", "--json").stdout).toContain("completed");
  });

  test("asks a person where README's workflow does, and goes on when they approve", () => {
    expect(muster("run", "workflows/hello.yaml", "name=Ada", "--json").code).toBe(6);
    const approved = muster("inbox", "approve", "last", "--json");
    expect([approved.code, approved.stdout]).toEqual([0, expect.stringContaining("completed")]);
  });

  test("is a library for other code", () => {
    expect(run("node", ["hello.ts"]).stdout.trim()).toBe("waiting");
  });

  test("gives its types to that code", () => {
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify(strictly(["hello.ts", "agents/*.ts"])),
    );
    const compiler = join(process.cwd(), "node_modules", "typescript", "bin", "tsc");
    expect(run("node", [compiler, "-p", "."]).stdout).toBe("");
  });
});

/** Blocks of README.md that begin with a comment that names a file: "# workflows/hello.yaml", "// hello.ts". */
function filesOfReadme(): Readonly<Record<string, string>> {
  const blocks = readFileSync("README.md", "utf8").matchAll(
    /```(?:yaml|ts)\n(?:#|\/\/) (\S+\.(?:yaml|ts))\n([\s\S]*?)```/g,
  );
  return Object.fromEntries([...blocks].map(([, name = "", text = ""]) => [name, text]));
}

/** Of a user who checks with the strictest settings, and has no types of Node's. */
function strictly(include: readonly string[]): object {
  const compilerOptions = {
    target: "esnext",
    lib: ["esnext", "dom"],
    types: [],
    module: "nodenext",
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  };
  return { compilerOptions, include };
}

function muster(...args: readonly string[]): { stdout: string; code: number | null } {
  return run("npx", ["--no-install", "muster", ...args]);
}

/** In the empty folder unless said otherwise; as someone whose Node is 24, and who does not start us from npm. */
function run(
  command: string,
  args: readonly string[],
  cwd = folder,
): { stdout: string; code: number | null } {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|vitest|node_env)/i.test(name),
  );
  const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...Object.fromEntries(inherited), PATH: path },
    shell: process.platform === "win32",
  });
  if (error) throw error;
  if (status !== 0)
    console.error(`${command} ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return { stdout, code: status };
}
