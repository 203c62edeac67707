/** A process that dies while it erases people and signs the log: what was begun is ended, and all of it verifies. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openCompany } from "../../src/index.ts";

const PEOPLE = 12;
const KILLS = 6;
const folder = mkdtempSync(join(tmpdir(), "muster-erase-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WORKFLOW = `muster: 1
name: greet
parameters: { name: string }
steps: [{ id: write, agent: writer, inputs: { name: $params.name }, outputs: { letter: string } }]
`;

test("kill -9 during erasure and during checkpointing: each person is erased once and whole, and the record verifies", async () => {
  await filled();
  let lives = 0;
  let isDone = false;
  for (; lives < KILLS && !isDone; lives += 1) {
    isDone = await erased(lives * 15);
    await looked();
  }
  if (lives < 2) throw new Error("no process was killed while it erased");
  while (!(await erased(null)));
  expect(await looked()).toBe(PEOPLE);
}, 180_000);

async function filled(): Promise<void> {
  for (const name of ["workflows", "agents"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "map.yaml"), "muster: 1\naudit: { checkpoints: [outside] }\n");
  writeFileSync(join(folder, "workflows/greet.yaml"), WORKFLOW);
  writeFileSync(
    join(folder, "agents/writer.yaml"),
    "muster: 1\nkind: function\nmodule: ./agents/writer.ts\neffects: pure\n",
  );
  writeFileSync(
    join(folder, "agents/writer.ts"),
    "export const attempt = ({ inputs }) => ({ outputs: { letter: `Dear ${inputs.name}` } });\n",
  );
  await using company = await openCompany(folder);
  for (let n = 0; n < PEOPLE; n += 1) {
    const started = await company.run(
      "greet",
      { name: `Secret-${n}.` },
      { subject: `person ${n}` },
    );
    if (started.run === null) throw new Error(JSON.stringify(started.problems));
    await company.settled(started.run);
    await company.summary(started.run);
  }
}

/** One life of a process that erases. @returns whether it came to its end */
function erased(killAfterMs: number | null): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "erasing", "eraser.ts");
    const worker = spawn(process.execPath, [script, folder, String(PEOPLE)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    worker.stdout.on("data", (part) => {
      said += String(part);
      if (said === "begun\n" && killAfterMs !== null)
        setTimeout(() => worker.kill("SIGKILL"), killAfterMs);
    });
    worker.on("exit", () => resolve(said.includes("done")));
  });
}

/** The next process ends what was begun. @returns how many are erased */
async function looked(): Promise<number> {
  let done: readonly string[] = [];
  {
    await using company = await openCompany(folder);
    const told: string[] = [];
    for await (const { type, data } of company.events("company" as never))
      if (type === "erasure.done") told.push(...(data["subjects"] as readonly string[]));
    expect(new Set(told).size).toBe(told.length);
    done = told;
    let open = 0;
    for (const { stream } of company.runs())
      if (JSON.stringify(await company.document(stream as never)).includes("Secret-")) open += 1;
    expect(open).toBe(PEOPLE - done.length);
    const { verdict } = await company.audit();
    expect(verdict).toMatchObject({ ok: true, wrong: [] });
    expect(verdict?.outside ?? 0).toBeGreaterThan(0);
  }
  const papers = join(folder, ".muster/runs");
  const left = (readdirSync(papers, { recursive: true }) as string[]).filter(
    (name) =>
      name.endsWith("final.json") && readFileSync(join(papers, name), "utf8").includes("Secret-"),
  );
  expect(left.length).toBeLessThanOrEqual(PEOPLE - done.length);
  return done.length;
}
