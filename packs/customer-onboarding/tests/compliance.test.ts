import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { controlsOf, KNOWN_FRAMEWORKS } from "../agents/parts/controls.ts";
import { copyPack, outputsOf } from "./pack-copy.ts";

const AGENT = "compliance-checker-agent";

describe("compliance configurations", () => {
  test("each framework gets a file with its controls, and the same is told", async () => {
    using pack = copyPack();
    const inputs = { requirements: ["HIPAA", "SOC2"] };
    const { compliance_configs } = outputsOf(await pack.attempt(AGENT, { inputs }));
    const folder = join(pack.folder, "output", "compliance");
    expect(readdirSync(folder).toSorted()).toEqual(["HIPAA.json", "SOC2.json"]);
    const written = ["HIPAA", "SOC2"].map((name) =>
      JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")),
    );
    expect(compliance_configs).toEqual(written);
    expect(written[0]).toMatchObject({ name: "config_HIPAA", controls: { length: 7 } });
  });

  test("every known framework has controls, each with its own id, a setting and a source", () => {
    for (const framework of KNOWN_FRAMEWORKS) {
      const controls = controlsOf(framework);
      expect(controls.length).toBeGreaterThanOrEqual(5);
      expect(new Set(controls.map((control) => control.id)).size).toBe(controls.length);
      for (const { setting, source } of controls) expect([setting, source]).not.toContain("");
    }
  });

  test("a framework is known however it is spelt, and named twice it is written once", async () => {
    using pack = copyPack();
    const inputs = { requirements: ["iso 27001", "ISO27001", "pci dss"] };
    const { compliance_configs } = outputsOf(await pack.attempt(AGENT, { inputs }));
    expect(compliance_configs).toMatchObject([{ framework: "ISO27001" }, { framework: "PCI-DSS" }]);
  });

  test("a framework that nobody knows is a permanent error that lists those that are", async () => {
    using pack = copyPack();
    const answer = await pack.attempt(AGENT, { inputs: { requirements: ["HIPAA", "HIPPO"] } });
    expect(answer).toMatchObject({
      error: {
        class: "permanent",
        kind: "invalid_input_data",
        message: expect.stringMatching(/"HIPPO".*HIPAA, SOC2, GDPR, ISO27001, PCI-DSS/),
      },
    });
    expect(readdirSync(pack.folder)).not.toContain("output");
  });

  test("told again under the same key, files stay untouched; a damaged one is made anew", async () => {
    using pack = copyPack();
    const task = { inputs: { requirements: ["HIPAA", "SOC2"] } };
    const first = await pack.attempt(AGENT, task);
    const file = join(pack.folder, "output", "compliance", "HIPAA.json");
    const good = readFileSync(file, "utf8");
    writeFileSync(file, good.slice(0, 100));
    expect(await pack.attempt(AGENT, task)).toEqual(first);
    expect(readFileSync(file, "utf8")).toBe(good);
    expect(readdirSync(join(pack.folder, "output", "compliance"))).toHaveLength(2);
  });
});
