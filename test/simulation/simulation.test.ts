import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { everyCommit, SIZE, seek, simulate } from "./campaign.ts";
import { PLANTS } from "./plants.ts";

/** Fewer than `npm run simulate` plays, and always the same: a change that breaks a promise shows at once. */
const WORLDS = 100;
/** Each planted fault is found long before; see docs/simulation.md. */
const PLANT_WORLDS_MOST = 1_000;

const campaign = { worlds: WORLDS, seed: 1, size: SIZE, only: null, minutes: null };

describe("in worlds of crashes, lost, doubled and late answers, slow disks, jumping clocks and meddling people", () => {
  test.each(["machine", "runtime"] as const)(
    "M1 M2 M3 M4 M7 M8 M9 M12 M13 are kept by the %s",
    async (shell) => {
      const { found, worlds } = await simulate({ ...campaign, shell });
      expect(worlds).toBe(WORLDS);
      expect(found).toEqual([]);
    },
  );
});

describe("a process that is gone at any one commit, before or after it", () => {
  test.each([1, 17, 57, 73])(
    "leaves runs that end as undisturbed ones, in world %i",
    async (seed) => {
      for (const shell of ["machine", "runtime"] as const)
        expect(await everyCommit({ seed, size: SIZE, only: null, shell })).toEqual([]);
    },
  );
});

describe("a fault planted on purpose is found", () => {
  test("as docs/simulation.md lists them", () => {
    const rows = readFileSync("docs/simulation.md", "utf8").split("## Planted faults")[1] ?? "";
    const listed = [...rows.matchAll(/^\| (.+?) \| (.+?) \|$/gm)].slice(2);
    expect(listed.map(([, name, promise]) => [name?.trim(), promise?.trim()])).toEqual(
      Object.entries(PLANTS).map(([name, { promise }]) => [name, promise]),
    );
  });

  test.each(Object.keys(PLANTS))("%s", async (name) => {
    expect(await seek(name, PLANT_WORLDS_MOST)).not.toBeNull();
  });
});
