import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFiles } from "../given/folder.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-why-waiting-"));
const runs = new Map<string, string>();
let stop = (): unknown => undefined;

const FILES: Readonly<Record<string, string>> = {
  "agents/desk.yaml": "muster: 1\nkind: function\nmodule: ./agents/desk.ts\neffects: pure\n",
  "agents/desk.ts": `
export async function attempt(task) {
  if (task.step === "long") await new Promise(() => setInterval(() => undefined, 60_000));
  return { outputs: {}, usage: { tokens: 40 } };
}
`,
  "workflows/agent.yaml": "steps: [{ id: long, agent: desk }]",
  "workflows/gate.yaml": "steps: [{ id: ok, gate: { ask: 'Go on?', from: [ana] } }]",
  "workflows/timer.yaml": "steps: [{ id: later, wait: 30 days }]",
  "workflows/event.yaml": "steps: [{ id: paid, wait: { event: payment, key: R-17 } }]",
  "workflows/resource.yaml":
    "execution: parallel\nresources: { printer: 1 }\nsteps: [{ id: long, agent: desk, uses: [printer] }, { id: next, agent: desk, uses: [printer] }]",
  "workflows/budget.yaml":
    "resource_config: { token_budget: { total: 50 }, on_budget_exceeded: wait }\nsteps: [{ id: draft, agent: desk, budget: { tokens: 40 } }, { id: polish, agent: desk, budget: { tokens: 40 } }]",
};
const AT_REST = "No process is at work in FOLDER; the run goes on with: muster runs resume RUN\n";
const GONE = 'Agent "desk" was to do it, attempt 1, when the process at work ended.';

/** By what a run waits for, which is the name of its workflow: all that is then said. */
const SAID: Readonly<Record<string, RegExp>> = {
  agent: exactly(`${AT_REST}long  running  ${GONE}\n`),
  gate: exactly(
    'ok  waiting  "Go on?" waits for ana to decide.\n  mend: muster inbox approve RUN.2 or: muster inbox reject RUN.2 --why WHY\n',
  ),
  timer: exactly(`${AT_REST}later  waiting  "later" waits until TIME.\n`),
  event: exactly(
    'paid  waiting  "paid" waits for the event "payment" of R-17.\n  mend: muster publish payment --key R-17\n',
  ),
  // Which of the two had the printer, only the process that is gone could tell.
  resource: exactly(`${AT_REST}long  running  ${GONE}\nnext  running  ${GONE}\n`),
  budget: exactly(
    'polish  waiting  "desk (polish)" waits for 40 tokens of the run\'s budget; 10 tokens left.\n  mend: muster runs raise RUN tokens=… --why …\n',
  ),
};
const KINDS = Object.keys(SAID);

beforeAll(async () => {
  writeFiles(folder, FILES);
  const worker = spawn(
    process.execPath,
    [join(import.meta.dirname, "waiting/worker.ts"), folder, ...KINDS],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  stop = () => worker.kill("SIGKILL");
  const ended = once(worker, "close");
  const [said] = (await Promise.race([once(worker.stdout, "data"), ended])) as [unknown];
  for (const pair of String(said).trim().split(" ")) {
    const [kind = "", run = ""] = pair.split("=");
    runs.set(kind, run);
  }
  stop();
  await ended;
});

afterAll(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

function whyWaiting(kind: string): string {
  const run = runs.get(kind) ?? "";
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [resolve("src/cli/main.ts"), "runs", "why-waiting", run],
    { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
  );
  expect(stderr).toBe("");
  return stdout.replaceAll(run, "RUN").replaceAll(folder, "FOLDER");
}

/** A time is whichever. */
function exactly(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("TIME", "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z")}$`);
}

describe("why a run waits, asked by a new process after the one at work was killed with SIGKILL", () => {
  test.each(Object.entries(SAID))("for %s", (kind, said) => {
    expect(whyWaiting(kind)).toMatch(said);
  });
});
