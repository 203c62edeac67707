import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { bareEnvironment } from "../../../test/given/bare-environment.ts";
import { hasShell } from "../../../test/given/shells.ts";
import { givenCompany } from "../given-company.ts";

const FILES = {
  "workflows/add.yaml":
    'name: add\ndescription: "Adds: one"\nsteps:\n  - { id: once, agent: adder, outputs: { n: number } }\n',
  "agents/adder.yaml": "muster: 1\nkind: function\nmodule: ./agents/adder.ts\neffects: pure\n",
  "agents/adder.ts": "export const attempt = () => ({ outputs: { n: 1 } });\n",
  "a file.json": "{}",
  "bin/muster": `#!/bin/sh\nexec "${process.execPath}" "${resolve("src/cli/main.ts")}" "$@"\n`,
};

/** What the shell says to a script of its own, in a company's folder, with muster on its path. */
function said(shell: "zsh" | "fish", script: string): string {
  using given = givenCompany(FILES);
  chmodSync(join(given.folder, "bin/muster"), 0o755);
  const quiet = shell === "fish" ? "--no-config" : "-f";
  const { stdout, stderr } = spawnSync(shell, [quiet, "-c", script], {
    cwd: given.folder,
    encoding: "utf8",
    timeout: 100_000,
    env: bareEnvironment({
      PATH: `${join(given.folder, "bin")}${delimiter}${process.env["PATH"]}`,
      HOME: given.folder,
      TERM: "dumb",
      LANG: "C.UTF-8",
    }),
  });
  expect(stderr).toBe("");
  return stdout;
}

describe.skipIf(process.platform === "win32" || !hasShell("fish"))("in fish", () => {
  const offered = (line: string): readonly string[] =>
    said("fish", `muster completion fish | source; complete -C '${line}'`).trim().split("\n");

  test("verbs are offered with what they do", () => {
    expect(offered("muster ru")).toEqual([
      "rules\tlook at the map's rules, and try them",
      "run\trun a workflow to its end",
      "runs\tlook at runs and steer them",
    ]);
    expect(offered("muster runs list --st")).toEqual(["--status\tonly runs in these states"]);
  });

  test("what the company has is offered, and no files beside it", () => {
    expect(offered("muster run ")).toEqual(["add\tAdds: one"]);
    expect(offered("true; muster -C . run a")).toEqual(["add\tAdds: one"]);
  });

  test("files are offered where muster knows no better", () => {
    expect(offered("muster run add --params-file a")).toEqual(
      expect.arrayContaining(["a file.json", "agents/"]),
    );
  });
});

describe.skipIf(process.platform === "win32" || !hasShell("zsh"))("in zsh", () => {
  /** Writes in a shell on a terminal of its own, presses Tab, and waits for what is to appear. */
  function press(before: string, pairs: readonly (readonly [string, string])[]): string {
    const lines = pairs.map(
      ([written, appears]) =>
        `zpty -w -n shell $'${written}\\t'; zpty -r shell seen '*${appears}*' && print -r -- '${appears}'; zpty -w -n shell $'\\x15'`,
    );
    return said(
      "zsh",
      `zmodload zsh/zpty; zpty shell "zsh -f -i"; zpty -w shell '${before}; PS1=; LISTMAX=1000; eval "$(muster completion zsh)"; print READ""Y'; zpty -r shell seen '*READY*'\n${lines.join("\n")}\nzpty -d shell`,
    );
  }
  const PAIRS = [
    ["muster ru", "look at runs and steer them"],
    ["muster runs ver", "verify"],
    ["muster runs list --st", "status"],
    ["muster run a", "add"],
    ["muster runs show la", "last"],
    ["muster run add --params-file a\\\\ f", "file.json"],
  ] as const;

  test.each([
    ["whose completion was set up", "autoload -Uz compinit; compinit -D"],
    ["whose completion was not", "true"],
  ])("words of a shell %s are completed, with files where muster knows no better", (_, before) => {
    expect(press(before, PAIRS)).toBe(`${PAIRS.map(([, appears]) => appears).join("\n")}\n`);
  });
});
