/** A process that dies while agents give files: what a run names is there, bytes and all. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Digest, RunId } from "../../src/core/id.ts";
import { filesFolder, openFiles } from "../../src/engine/artifacts/index.ts";
import { openCompany } from "../../src/index.ts";

const KILLS = 6;
const folder = mkdtempSync(join(tmpdir(), "muster-files-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AGENT = `
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
export function attempt({ folder }) {
  writeFileSync(join(folder, "made.bin"), randomBytes(3_000_000));
  return { outputs: { made: "made.bin" } };
}
`;

test("kill -9 while files are given: every file that a run names is whole, and every run ends", async () => {
  for (const room of ["agents", "workflows"]) mkdirSync(join(folder, room));
  writeFileSync(join(folder, "agents", "maker.mjs"), AGENT);
  writeFileSync(
    join(folder, "agents", "maker.yaml"),
    "kind: function\nmodule: ./agents/maker.mjs\neffects: pure\n",
  );
  writeFileSync(
    join(folder, "workflows", "give.yaml"),
    `steps:
  - { id: one, agent: maker, outputs: { made: File } }
  - { id: two, agent: maker, inputs: { from: $one.made }, outputs: { made: File } }
`,
  );
  for (let kill = 0; kill < KILLS; kill += 1) await lived(100 + kill * 60);
  await using company = await openCompany(folder);
  const files = openFiles(filesFolder(join(folder, ".muster", "artifacts")));
  let named = 0;
  for (const { stream } of company.runs({ most: 1_000 })) {
    const run = stream as RunId;
    expect((await company.settled(run)).status).toBe("completed");
    for await (const { type, data } of company.events(run)) {
      if (type !== "step.finished") continue;
      for (const [, digest = ""] of JSON.stringify(data).matchAll(/"file":"(sha256:\w{64})"/g)) {
        const bytes = readFileSync(files.path(digest as Digest));
        expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(digest);
        expect(company.artifact({ digest })).toMatchObject({ isFile: true });
        named += 1;
      }
    }
  }
  expect(named).toBeGreaterThan(KILLS);
}, 120_000);

/** One life of a process, killed so long after it has begun. */
function lived(killAfterMs: number): Promise<void> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "files", "worker.ts");
    const worker = spawn(process.execPath, [script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    worker.stdout.once("data", () => setTimeout(() => worker.kill("SIGKILL"), killAfterMs));
    worker.on("close", () => resolve());
  });
}
