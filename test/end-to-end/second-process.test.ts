/** Two processes and one folder: the second asks the first, over real sockets, and outlives it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCompany as openHere } from "../../src/engine/company/index.ts";
import { type Company, openCompany, type Problem, type RunId } from "../../src/index.ts";
import { bareEnvironment } from "../given/bare-environment.ts";
import { writeFiles } from "../given/folder.ts";

const MAIN = resolve("src/cli/main.ts");
const HOST = resolve("test/end-to-end/second-process/host.ts");

/** The agent says which process it is in, and writes a line for each time it was asked. */
const COMPANY: Readonly<Record<string, string>> = {
  "agents/worker.yaml":
    "muster: 1\nkind: function\nmodule: ./agents/worker.mjs\neffects: idempotent\nconcurrency: 8\n",
  "agents/worker.mjs": `import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
export async function attempt({ key, inputs }, tools, abort) {
  appendFileSync(new URL("../asked", import.meta.url), key + "\\n");
  const go = new URL("../go", import.meta.url);
  while (inputs.waits && !existsSync(go) && !abort.aborted) await sleep(10);
  return { outputs: { pid: process.pid } };
}
`,
  "workflows/work.yaml": `name: work
parameters: { waits: false }
outputs: { pid: $steps.do.pid }
steps:
  - { id: do, agent: worker, inputs: { waits: $params.waits }, outputs: { pid: number } }
`,
  "workflows/ask.yaml": "name: ask\nsteps:\n  - { id: may, gate: { ask: May we?, from: [ana] } }\n",
  "workflows/paid.yaml":
    "name: paid\nsteps:\n  - { id: paid, wait: { event: payment, key: A1 } }\n",
  "workflows/desk.yaml": `name: desk
resources: { desk: 1 }
execution: parallel
steps:
  - { id: one, agent: worker, uses: [desk], inputs: { waits: true } }
  - { id: two, agent: worker, uses: [desk], inputs: { waits: true } }
`,
};

let folder = "";
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = newFolder(mkdtempSync(join(tmpdir(), "muster-two-")));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

function newFolder(at: string): string {
  writeFiles(at, COMPANY);
  return at;
}

type Said = { readonly code: number | null; readonly out: string; readonly side: string };

function start(...words: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...words, "--folder", folder], {
    env: bareEnvironment({ HOME: folder, MUSTER_PERSON: "ana" }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function end(child: ChildProcess): Promise<Said> {
  let [out, side] = ["", ""];
  child.stdout?.on("data", (text) => (out += String(text)));
  child.stderr?.on("data", (text) => (side += String(text)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, side };
}

const muster = (...words: readonly string[]): Promise<Said> => end(start(...words));

/** A process of its own that is at work in the folder. */
async function hosting(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOST, folder], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [said] = (await once(child.stdout ?? child, "data")) as [Buffer];
  expect(String(said)).toBe("at work\n");
  await polled(() => existsSync(join(folder, ".muster", "socket"))).toBe(true);
  return child;
}

async function started(company: Company, workflow: string, params = {}): Promise<RunId> {
  const start = await company.run(workflow, params);
  if (start.run === null) throw new Error(JSON.stringify(start.problems));
  return start.run;
}

/** A machine under load takes its time. */
const polled = <Value>(look: () => Value): ReturnType<typeof expect.poll<Value>> =>
  expect.poll(look, { timeout: 30_000 });

const go = (): void => writeFileSync(join(folder, "go"), "");
const asked = (): readonly string[] => {
  const lines = readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
  return lines;
};

describe("a second process on the same folder", () => {
  test("does every verb of the command line through the one at work, which does the work", async () => {
    await using host = await openCompany(folder);
    const ran = await muster("run", "work", "--json");
    expect([ran.code, ran.side]).toEqual([0, ""]);
    expect(JSON.parse(ran.out)).toMatchObject({
      status: "completed",
      outputs: { pid: process.pid },
    });
    expect(host.isGuest).toBe(false);

    expect((await muster("run", "ask")).code).toBe(6);
    const inbox = JSON.parse((await muster("inbox", "list", "--json")).out) as [{ item: string }];
    const approved = await muster("inbox", "approve", inbox[0].item);
    expect(approved).toMatchObject({ code: 0 });
    expect(approved.out).toContain("ask completed.");

    const noWait = await muster("run", "paid", "--no-wait");
    expect(noWait.code).toBe(0);
    const paid = noWait.out.trim() as RunId;
    await polled(() => host.standing(paid)?.status).toBe("waiting");
    const following = muster("runs", "events", paid, "--follow", "--json");
    expect((await muster("publish", "payment", "--key", "A1")).out).toContain("1 run was told.");
    expect((await following).out.trim().split("\n").at(-1)).toContain("run.finished");
    const watched = await muster("runs", "watch", paid, "--json");
    expect(JSON.parse(watched.out)).toMatchObject({ status: "completed" });

    const parked = await started(host, "ask");
    const cancelled = await muster("runs", "cancel", parked, "--reason", "no more");
    expect(cancelled.code).toBe(0);
    expect(host.standing(parked)?.status).toBe("cancelled");
    const again = await muster("runs", "resume", parked);
    expect(again).toMatchObject({ code: 5, out: "" });
    const list = JSON.parse((await muster("runs", "list", "--json")).out) as unknown[];
    expect(list).toHaveLength(4);
    expect(await muster("run", "nothing")).toMatchObject({ code: 3 });
  });

  test("steers runs and agents of the one at work, and carries checkpoints", async () => {
    await using host = await openCompany(folder);
    const run = await started(host, "work", { waits: true });
    await polled(() => existsSync(join(folder, "asked"))).toBe(true);
    expect((await muster("runs", "pause", run, "--reason", "lunch")).code).toBe(0);
    expect(host.standing(run)?.status).toBe("paused");
    expect((await muster("runs", "amend", run, "waits=false", "--reason", "enough")).code).toBe(0);
    expect((await muster("agents", "drain", "worker", "--reason", "a new one comes")).code).toBe(0);
    const agents = JSON.parse((await muster("agents", "list", "--json")).out) as unknown;
    expect(JSON.stringify(agents)).toContain("a new one comes");
    expect((await muster("agents", "start", "worker", "--reason", "it is here")).code).toBe(0);
    go();
    expect((await muster("runs", "resume", run)).code).toBe(0);
    const checkpoints = JSON.parse(
      (await muster("checkpoints", "list", run, "--json")).out,
    ) as readonly {
      readonly id: string;
    }[];
    expect(checkpoints.length).toBeGreaterThan(0);
    const forked = await muster("runs", "fork", run, "--json");
    expect([forked.code, forked.side]).toMatchObject([0, expect.any(String)]);
    expect(host.runs()).toHaveLength(2);
    expect((await muster("doctor")).code).toBeLessThan(2);
  });

  test("can tell at work from waiting for a resource: runs why-waiting", async () => {
    await using host = await openCompany(folder);
    const run = await started(host, "desk");
    await polled(() => existsSync(join(folder, "asked"))).toBe(true);
    const { out } = await muster("runs", "why-waiting", run);
    expect(out).toContain('Agent "worker" is at work on it, attempt 1.');
    expect(out).toContain("waits for a place: resource desk");
    go();
    await host.settled(run);
  });

  test("may use workflows and agents that were handed to the one at work", async () => {
    const agents = { greeter: { attempt: () => ({ outputs: { text: "Good day." } }) } };
    const workflows = {
      greet: {
        name: "greet",
        steps: [{ id: "say", agent: "greeter", outputs: { text: "string" } }],
      },
    };
    await using _host = await openCompany(folder, { agents, workflows });
    const { code, out } = await muster("run", "greet", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outputs: { text: "Good day." } });
    await expect(openCompany(folder, { agents })).rejects.toMatchObject({
      code: "locked",
      message: expect.stringContaining("agents, workflows or clock that are handed in here"),
    });
  });

  test("interrupted, leaves the run to the process at work", async () => {
    await using host = await openCompany(folder);
    const child = start("run", "work", "waits=true");
    await polled(() => existsSync(join(folder, "asked"))).toBe(true);
    const ended = end(child);
    child.kill("SIGINT");
    const { code, side } = await ended;
    expect(code).toBe(130);
    expect(side).toContain("goes on in the process that is at work");
    go();
    const [standing] = host.runs();
    expect(await host.settled(standing?.stream as RunId)).toMatchObject({ status: "completed" });
  });
});

describe("processes that race to open a folder", () => {
  test("one wins, the others connect, and each run is done once", async () => {
    const said = await Promise.all(
      Array.from({ length: 5 }, () => muster("run", "work", "--json")),
    );
    for (const { code, out, side } of said) {
      expect([code, side.replaceAll(/^.*this one goes on with the work.*\n/gm, "")]).toMatchObject([
        0,
        "",
      ]);
      expect(JSON.parse(out)).toMatchObject({ status: "completed" });
    }
    expect(asked()).toHaveLength(5);
    expect(new Set(asked()).size).toBe(5);
    expect(existsSync(join(folder, ".muster", "socket"))).toBe(false);
  });
});

describe("the process at work, killed with SIGKILL", () => {
  test("leaves a stale socket, which is recognised and removed", async () => {
    const host = await hosting();
    host.kill("SIGKILL");
    await once(host, "close");
    expect(existsSync(join(folder, ".muster", "socket"))).toBe(true);
    const { code } = await muster("run", "work");
    expect(code).toBe(0);
    expect(existsSync(join(folder, ".muster", "socket"))).toBe(false);
  });

  test("while another follows a run: that one takes its place, says so, and ends the run", async () => {
    const host = await hosting();
    const child = start("run", "work", "waits=true", "--json");
    await polled(() => existsSync(join(folder, "asked"))).toBe(true);
    const ended = end(child);
    host.kill("SIGKILL");
    await polled(() => asked().length).toBe(2);
    go();
    const { code, out, side } = await ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: "completed", outputs: { pid: child.pid } });
    expect(side).toContain("has ended; this one goes on with the work.");
  });

  test("M2 in the middle of a request: it is done once, whether or not it had been", async () => {
    for (const isRead of [false, true]) {
      const host = await hosting();
      await using guest = await openCompany(folder);
      expect(guest.isGuest).toBe(true);
      const before = guest.runs().length;
      const parked = await started(guest, "ask");
      await guest.settled(parked);
      // Stopped, it takes requests and answers none; or it has read them, and its answer is never read.
      if (!isRead) host.kill("SIGSTOP");
      const starting = guest.run("work");
      const pausing = guest.send(parked, { type: "pause", why: "lunch" });
      const publishing = guest.publish("payment", {}, { key: "A1" });
      const forking = guest.fork(parked);
      host.kill("SIGKILL");
      expect(await starting).toMatchObject({ run: expect.stringMatching(/^wf_/), again: false });
      expect(await pausing).toEqual([]);
      expect(await publishing).toMatchObject({ kept: true, again: false });
      expect(await forking).toMatchObject({ run: expect.stringMatching(/^wf_/) });
      expect(guest.isGuest).toBe(false);
      expect(guest.runs()).toHaveLength(before + 3);
      const types: string[] = [];
      for await (const { type } of guest.events(parked)) types.push(type);
      expect(types.filter((type) => type === "run.paused")).toHaveLength(1);
      const { run } = await starting;
      expect(await guest.settled(run as RunId)).toMatchObject({ status: "completed" });
    }
  });

  test("and then closed in good order: another takes its place too", async () => {
    const host = await hosting();
    const child = start("run", "work", "waits=true");
    await polled(() => existsSync(join(folder, "asked"))).toBe(true);
    const ended = end(child);
    host.kill("SIGTERM");
    await once(host, "close");
    go();
    expect((await ended).code).toBe(0);
  });
});

describe("the socket", () => {
  test("is its owner's alone", async () => {
    await using _host = await openCompany(folder);
    const socket = join(folder, ".muster", "socket");
    await polled(() => existsSync(socket)).toBe(true);
    await polled(() => statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, ".muster")).mode & 0o777).toBe(0o700);
  });

  test("of a folder whose path is too long stands elsewhere, and a file says where", async () => {
    const deep = join(folder, "a".repeat(60), "b".repeat(60));
    mkdirSync(deep, { recursive: true });
    newFolder(deep);
    const host = await openCompany(deep);
    const note = join(deep, ".muster", "address");
    await polled(() => existsSync(note)).toBe(true);
    const there = readFileSync(note, "utf8");
    const guest = await openCompany(deep);
    expect(guest.isGuest).toBe(true);
    expect(statSync(dirname(there)).mode & 0o777).toBe(0o700);
    expect(await guest.settled(await started(guest, "work"))).toMatchObject({
      status: "completed",
    });
    await guest.close();
    await host.close();
    expect([existsSync(note), existsSync(dirname(there))]).toEqual([false, false]);
  });

  test("of another version of Muster: what differs is told, what is not understood is refused", async () => {
    await using _holder = await openHere(folder);
    const about = { version: "9.9.9", api: 1, process: 4711, folder };
    const server = createServer((_request, response) => response.end(JSON.stringify(about)));
    server.listen(join(folder, ".muster", "socket"));
    await once(server, "listening");
    const told: Problem[] = [];
    await using guest = await openCompany(folder, { trouble: (problem) => told.push(problem) });
    expect(guest.isGuest).toBe(true);
    expect(told).toMatchObject([
      { code: "newer-version", severity: "warning", message: expect.stringContaining("9.9.9") },
    ]);
    about.api = 2;
    await expect(openCompany(folder)).rejects.toMatchObject({
      code: "newer-version",
      mend: expect.stringContaining("kill 4711"),
    });
    server.close();
    server.closeAllConnections();
  });

  test("where nobody answers: the process that holds the folder is named, and the exit is 5", async () => {
    await using _holder = await openHere(folder);
    const { code, out, side } = await muster("run", "work");
    expect([code, out]).toEqual([5, ""]);
    expect(side).toContain(String(process.pid));
    expect(side).toContain("mend:");
  });
});
