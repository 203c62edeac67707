import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { givenCompany } from "../given-company.ts";

const FILES = {
  "workflows/add.yaml":
    "name: add\ndescription: Adds one\nsteps:\n  - { id: once, agent: adder, outputs: { n: number } }\n",
  "agents/adder.yaml": "muster: 1\nkind: function\nmodule: ./agents/adder.ts\neffects: pure\n",
  "agents/adder.ts": "export const attempt = () => ({ outputs: { n: 1 } });\n",
};

describe("completion", () => {
  test.each([
    [["ru"], ["run", "runs", "rules"]],
    [["cases", "show", "la"], ["last"]],
    [["runs", "ver"], ["verify"]],
    [["runs", "list", "--st"], ["--status"]],
    [["run", "a"], ["add"]],
    [["runs", "show", "las"], ["last"]],
    [["runs", "list", "--status", ""], []],
    [["nonesuch", ""], []],
  ])("of %j offers %j", async (words, offered) => {
    using given = givenCompany(FILES);
    const { code, out } = await given.muster("complete", "--", ...words);
    expect(code).toBe(0);
    const found = out.split("\n").filter((line) => line !== "");
    expect(found.map((line) => line.split("\t")[0])).toEqual(offered);
  });

  test("offers the ids of runs, with workflow and status", async () => {
    using given = givenCompany(FILES);
    await given.muster("run", "add");
    const { out } = await given.muster("complete", "--", "runs", "show", "wf_");
    expect(out).toMatch(/^wf_\w+\tadd, completed\n$/);
  });

  test.each(["bash", "zsh", "fish"])(
    "%s has a script; another shell is told which there are",
    async (shell) => {
      using given = givenCompany(FILES);
      expect((await given.muster("completion", shell)).out).toContain("muster complete --");
      expect((await given.muster("completion", "csh")).err).toContain("bash, zsh, fish");
    },
  );

  test.skipIf(process.platform === "win32")("the script of bash completes words in bash", () => {
    using given = givenCompany(FILES);
    const muster = `muster() { "${process.execPath}" "${resolve("src/cli/main.ts")}" "$@"; }`;
    const script = `${muster}
eval "$(muster completion bash)"
COMP_WORDS=(muster runs ver); COMP_CWORD=2; _muster; echo "\${COMPREPLY[*]}"
COMP_WORDS=(muster run ""); COMP_CWORD=2; _muster; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], {
      cwd: given.folder,
      encoding: "utf8",
    });
    expect([stdout, stderr]).toEqual(["verify\nadd\n", ""]);
  });
});

describe("a reader that leaves", () => {
  test.skipIf(process.platform === "win32")(
    "does not end a run, and does not make it done: run … | head ends with the run's own code",
    () => {
      using given = givenCompany({
        ...FILES,
        "agents/adder.ts": `
export async function attempt() {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { error: { class: "permanent", kind: "broken", message: "no" } };
}
`,
      });
      const muster = `"${process.execPath}" "${resolve("src/cli/main.ts")}"`;
      const script = `${muster} run add 2>&1 | true; echo "\${PIPESTATUS[0]}"; ${muster} runs list --json | true; echo "\${PIPESTATUS[0]}"; ${muster} runs list --json`;
      const { stdout } = spawnSync("bash", ["-c", script], { cwd: given.folder, encoding: "utf8" });
      const [run, list, json = ""] = stdout.split("\n");
      expect([run, list]).toEqual(["1", "0"]);
      expect(JSON.parse(json)).toMatchObject([{ status: "failed" }]);
    },
  );

  test("runs list --most 0 is told that it wants at least one", async () => {
    using given = givenCompany(FILES);
    const { code, err } = await given.muster("runs", "list", "--most", "0");
    expect([code, err]).toEqual([2, expect.stringContaining("from 1")]);
  });
});
