import { describe, expect, test } from "vitest";
import { FOLDER, muster, NOW, open, whole } from "./given-program.ts";
import { program } from "./program.ts";

describe("muster check", () => {
  test("prints every problem with its place and mend, and exits with 2", async () => {
    const problems = [
      {
        code: "unknown-key",
        message: 'unknown key "agnet"',
        where: { file: `${FOLDER}/a.yaml`, line: 3, column: 5 },
        mend: 'Did you mean "agent"?',
      },
      { code: "advice", message: "nobody declared Customer", severity: "warning" },
    ] as const;
    const { code, out } = await muster(open(whole, { problems }), "check");
    expect(out).toMatchInlineSnapshot(`
      "error: a.yaml:3:5  unknown key "agnet"
        mend: Did you mean "agent"?
      warning: nobody declared Customer
      /example: 1 error, 1 warning
      "
    `);
    expect(code).toBe(2);
  });

  test("says of a file what could be better, and of a folder how much", async () => {
    const advice = [
      {
        id: "no-time-limit",
        message: "Nothing limits the time.",
        mend: "Write total_timeout.",
        where: { file: `${FOLDER}/a.yaml`, line: 1, column: 1 },
      },
    ] as const;
    const more = { problems: [], advice };
    expect((await muster(open(whole, more), "check", "a")).out).toMatchInlineSnapshot(`
      "advice: a.yaml:1:1  Nothing limits the time. (no-time-limit)
        mend: Write total_timeout.
      a: nothing is wrong
      "
    `);
    expect((await muster(open(whole, more), "check")).out).toMatchInlineSnapshot(`
      "/example: nothing is wrong
      1 piece of advice: muster check --advice
      "
    `);
    const listed = await muster(open(whole, more), "check", "--advice");
    expect(listed.out).toContain("no-time-limit");
    const { code, out } = await muster(open(whole, more), "check", "a", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, problems: [], advice });
  });

  test("is about files alone: the log is left alone", async () => {
    const logs: boolean[] = [];
    const stream = { write: () => true };
    await program(["check", "--folder", FOLDER], {
      cwd: FOLDER,
      env: {},
      person: "ana",
      stdout: stream,
      stderr: stream,
      packs: FOLDER,
      now: () => NOW,
      onInterrupt: () => () => undefined,
      keys: () => null,
      openCompany: async (_folder, { memory }) => {
        logs.push(memory);
        return open(whole);
      },
    });
    expect(logs).toEqual([true]);
  });

  test("of what has only warnings exits with 0", async () => {
    const problems = [
      { code: "advice", message: "nobody declared it", severity: "warning" },
    ] as const;
    expect((await muster(open(whole, { problems }), "check")).code).toBe(0);
  });
});
