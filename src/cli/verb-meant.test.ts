import { describe, expect, test } from "vitest";
import { program } from "./program.ts";

const FOLDER = "/example";

async function muster(words: string) {
  let out = "";
  let side = "";
  const code = await program(words.split(" "), {
    cwd: FOLDER,
    env: {},
    person: "ana",
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (side += text) },
    now: () => 0,
    openCompany: () => Promise.reject(new Error("No verb is called here.")),
    onInterrupt: () => () => undefined,
    keys: () => null,
    packs: FOLDER,
  });
  return { code, out, side };
}

describe("whoever asks for help", () => {
  test.each([
    ["rnus --help", "unknown command 'rnus'\n  mend: Did you mean runs? See: muster --help\n"],
    [
      "-C /example rnus -h",
      "unknown command 'rnus'\n  mend: Did you mean runs? See: muster --help\n",
    ],
    ["help rnus", "unknown command 'rnus'\n  mend: Did you mean runs? See: muster --help\n"],
    ["runs lsit --help", "'lsit'\n  mend: Did you mean list? See: muster runs --help\n"],
    ["--folder=/example runs lsit", "'lsit'\n  mend: Did you mean list? See: muster runs --help\n"],
    ["--fodler /example runs list", "unknown option '--fodler'"],
    ["map chek", "'chek'\n  mend: Did you mean check? See: muster map --help\n"],
    ["map zzzz --help", "'zzzz'\n  mend: See: muster map --help\n"],
  ])("of a verb that is none is told so: %s", async (words, said) => {
    const { code, side, out } = await muster(words);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(side).toContain(said);
  });

  test.each(["help runs list", "runs help list", "runs list --help"])(
    "of a verb is given that verb's: %s",
    async (words) => {
      const { code, out } = await muster(words);
      expect(code).toBe(0);
      expect(out).toContain("Usage: muster runs list [options]");
    },
  );
});
