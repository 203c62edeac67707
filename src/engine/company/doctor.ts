import { randomBytes } from "node:crypto";
import { existsSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { isHeld, STATE_FOLDER } from "../store/index.ts";
import type { Office } from "./office.ts";
import { agentsOf } from "./staff/agents.ts";

/** One thing that was looked at: how it is, and what to do where it is not well. */
export type Looked = {
  readonly id:
    | "folder"
    | "disk"
    | "versions"
    | "agents"
    | "systems"
    | "queues"
    | "artifacts"
    | "commits"
    | "event-loop";
  readonly state: "well" | "look" | "wrong";
  readonly said: string;
  readonly mend: string | null;
};

/** Free room below which it is time to look, and below which nothing may be written soon. */
const FREE_LOOK_BYTES = 2 * 1024 ** 3;
const FREE_WRONG_BYTES = 128 * 1024 ** 2;
/** A log that is larger is slower to back up and to look through. */
const LOG_LOOK_BYTES = 8 * 1024 ** 3;
const NODE_LEAST = 24;
const COMMITS_MEASURED = 20;
const COMMIT_LOOK_MS = 50;
const COMMIT_WRONG_MS = 500;
const LOOP_MEASURED_MS = 250;
const LOOP_LOOK_MS = 100;
const LOOP_WRONG_MS = 1_000;
const WAITING_LOOK = 10_000;

/** How the folder, the disk, the versions, the agents, the queues and this process are, measured now. */
export async function doctor(office: Office): Promise<readonly Looked[]> {
  return [
    folder(office),
    disk(office),
    versions(office),
    ...(await agents(office)),
    ...(await systems(office)),
    queues(office),
    artifacts(office),
    commits(office),
    await eventLoop(),
  ];
}

function well(id: Looked["id"], said: string): Looked {
  return { id, state: "well", said, mend: null };
}

function folder({ folder: path }: Office): Looked {
  const state = join(path, STATE_FOLDER);
  const found = statSync(state, { throwIfNoEntry: false });
  if (found === undefined) return well("folder", `${path}: nothing was run here yet.`);
  const isOpen = process.platform !== "win32" && (found.mode & 0o077) !== 0;
  if (!found.isDirectory() || isOpen)
    return {
      id: "folder",
      state: "wrong",
      said: `${state} can be read by others than its owner.`,
      mend: `chmod 700 ${state}`,
    };
  return well("folder", `${path}, ${isHeld(path) ? "a process is at work in it" : "at rest"}.`);
}

function disk({ folder: path }: Office): Looked {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  const log = sizeOf(join(path, STATE_FOLDER, "log.db"));
  const said = `${mebibytes(free)} free; the log has ${mebibytes(log)}.`;
  if (free < FREE_WRONG_BYTES)
    return {
      id: "disk",
      state: "wrong",
      said,
      mend: "Make room on that disk now: a full disk stops all runs.",
    };
  if (free < FREE_LOOK_BYTES)
    return {
      id: "disk",
      state: "look",
      said,
      mend: "Make room on that disk, or archive old runs: muster runs archive --older-than 30d",
    };
  if (log > LOG_LOOK_BYTES)
    return {
      id: "disk",
      state: "look",
      said,
      mend: "Archive old runs: muster runs archive --older-than 30d",
    };
  return well("disk", said);
}

function artifacts({ log }: Office): Looked {
  const { count, bytes } = log.holdings();
  const put = log.puts().length;
  const puts = put === 0 ? "" : `; ${put} of them put by people`;
  return well("artifacts", `${count} contents are kept, of ${mebibytes(bytes)}${puts}.`);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function mebibytes(bytes: number): string {
  const amount = bytes / 1024 ** 2;
  return amount < 10 ? `${amount.toFixed(1)} MiB` : `${Math.round(amount)} MiB`;
}

function versions(_office: Office): Looked {
  const { node, sqlite = "unknown" } = process.versions as { node: string; sqlite?: string };
  const said = `Node ${node}, SQLite ${sqlite}, ${process.platform} ${process.arch}.`;
  if (Number(node.split(".")[0]) >= NODE_LEAST) return well("versions", said);
  return { id: "versions", state: "wrong", said, mend: `Use Node ${NODE_LEAST} or later.` };
}

/** Those of the map in force; a company without one has none. */
async function systems({ maps, desk }: Office): Promise<readonly Looked[]> {
  const toolbox = desk.toolbox(maps.versions().at(-1)?.digest ?? null);
  const all = (await toolbox?.health()) ?? [];
  if (all.length === 0) return [];
  const unwell = all.flatMap(({ system, fault }): readonly Looked[] =>
    fault === null
      ? []
      : [
          {
            id: "systems",
            state: "wrong",
            said: `The system "${system}" is not well: ${fault}`,
            mend: "See what its tools need: muster tools list, muster tools show TOOL.",
          },
        ],
  );
  const wells = all.length - unwell.length;
  const rest = well("systems", `${all.length} in the map in force, ${wells} of them well.`);
  return [...unwell, rest];
}

async function agents(office: Office): Promise<readonly Looked[]> {
  const all = await agentsOf(office);
  const bad = all.filter(({ unwell, breaker }) => unwell !== null || breaker === "open");
  const stopped = all.filter(({ steered }) => steered !== null);
  const inFlight = all.reduce((sum, agent) => sum + agent.inFlight, 0);
  const count = `${all.length} ${all.length === 1 ? "agent" : "agents"}, ${inFlight} ${inFlight === 1 ? "attempt" : "attempts"} in flight`;
  const rest: Looked =
    stopped.length === 0
      ? well("agents", `${count}, ${all.length - bad.length} of them well.`)
      : {
          id: "agents",
          state: "look",
          said: `${count}; told to take nothing new: ${stopped.map(({ name }) => name).join(", ")}.`,
          mend: `muster agents start ${stopped[0]?.name}`,
        };
  const unwell = bad.map(
    ({ name, unwell: why }): Looked => ({
      id: "agents",
      state: "wrong",
      said: `The agent "${name}" is not well: ${why ?? "it failed again and again, and is left alone for a while"}`,
      mend: `Mend agents/${name}.yaml or what it needs; muster agents show ${name} has its last error.`,
    }),
  );
  return [...unwell, rest];
}

const OPEN = ["accepted", "running", "waiting", "paused"];

/** How the limit on what is in flight was changed last; "" where it never was. */
function limited({ register }: Office): string {
  const { limited: now } = register.state();
  return now === undefined ? "" : ` At most ${now.to} attempts in flight: ${now.why}`;
}

function queues(office: Office): Looked {
  const { log, clock } = office;
  const open = log.standings({ status: OPEN, most: WAITING_LOOK });
  const of = (status: string): number => open.filter((one) => one.status === status).length;
  const late = log.due(clock.now() - COMMIT_WRONG_MS, WAITING_LOOK).length;
  const said = `${of("accepted") + of("running")} runs go on, ${of("waiting")} wait, ${of("paused")} are paused; ${late} timers are late; ${log.untold().length} waits were not told of their event.${limited(office)}`;
  if (late > 0 && open.length > 0)
    return {
      id: "queues",
      state: "look",
      said,
      mend: "Let a process work in the folder: muster runs resume RUN",
    };
  if (open.length >= WAITING_LOOK)
    return {
      id: "queues",
      state: "look",
      said,
      mend: "See what they wait for: muster runs list --status waiting",
    };
  return well("queues", said);
}

/** On the same disk, flushed the same way, in a file of its own. */
function commits({ folder: path }: Office): Looked {
  const state = join(path, STATE_FOLDER);
  if (sizeOf(state) === 0) return well("commits", "There is no log to measure beside.");
  const file = join(state, `doctor-${randomBytes(4).toString("hex")}.db`);
  try {
    const ms = medianCommit(file);
    const said = `A commit takes ${ms.toFixed(1)} ms on this disk (the median of ${COMMITS_MEASURED}).`;
    if (ms < COMMIT_LOOK_MS) return well("commits", said);
    const state_ = ms < COMMIT_WRONG_MS ? "look" : "wrong";
    return {
      id: "commits",
      state: state_,
      said,
      mend: "Put the folder on a faster disk of this machine: each decision waits for one.",
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      id: "commits",
      state: "wrong",
      said: `Nothing can be written in ${state}: ${why}`,
      mend: "Make the folder writable for this user, and room on its disk.",
    };
  } finally {
    // Where a file stands in the place of the folder, looking for something in it is an error.
    const left = ["", "-wal", "-shm"]
      .map((end) => `${file}${end}`)
      .filter((path) => existsSync(path));
    for (const path of left) rmSync(path);
  }
}

function medianCommit(file: string): number {
  using database = new DatabaseSync(file);
  database.exec("pragma journal_mode = wal; pragma synchronous = full; create table t (x text)");
  const insert = database.prepare("insert into t (x) values (?)");
  const text = "x".repeat(1_000);
  const times = Array.from({ length: COMMITS_MEASURED }, () => {
    const from = performance.now();
    insert.run(text);
    return performance.now() - from;
  });
  return times.toSorted((one, two) => one - two)[COMMITS_MEASURED / 2] ?? 0;
}

/** How long what is due waits for its turn, in the process that does the work. */
async function eventLoop(): Promise<Looked> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await sleep(LOOP_MEASURED_MS);
  delay.disable();
  const ms = delay.percentile(99) / 1e6;
  const said = `What is due waits ${ms.toFixed(0)} ms for its turn at most (99 of 100).`;
  if (ms < LOOP_LOOK_MS) return well("event-loop", said);
  const state = ms < LOOP_WRONG_MS ? "look" : "wrong";
  return {
    id: "event-loop",
    state,
    said,
    mend: "Write isolate: true on function agents that compute for long, so that they run beside.",
  };
}
