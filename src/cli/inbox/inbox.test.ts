import { describe, expect, test } from "vitest";
import { gated, muster, open, whole } from "../given-program.ts";

describe("muster inbox", () => {
  test("approve says in a sentence what was decided, votes on exactly that, and goes on with the run", async () => {
    const company = open(gated);
    await company.run("example");
    const { code, out } = await muster(company, "inbox", "approve", "wf_example_1.4");
    expect(out).toMatch(/^Approved by ana: Send\?\n/);
    expect(out).not.toContain("letters: 2");
    expect(company.told.at(-1)?.told).toMatchObject({ type: "vote", key: 4, allow: true });
    expect(code).toBe(0);
  });

  test("approve by who may not decide says who one is taken for", async () => {
    const company = open(gated);
    await company.run("example");
    const refused = { code: "not-allowed", message: "ana may not decide this; bo may." } as const;
    const strict = { ...company, send: async () => [refused] };
    const { code, side } = await muster(strict, "inbox", "approve", "wf_example_1.4");
    expect(code).toBe(5);
    expect(side).toContain("ana may not decide this; bo may.\n  mend: Here you are ana.");
  });

  test("approve of what was decided exits with 5", async () => {
    const company = open(whole);
    await company.run("example");
    expect((await muster(company, "inbox", "approve", "wf_example_1.4")).code).toBe(5);
  });
});
