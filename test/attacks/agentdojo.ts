/**
 * Replays a local checkout of AgentDojo through the judge, without a model. Of each task the calls of its
 * ground truth are read; an attack is the work of a task that reads what others wrote, and then the calls
 * of an injection of the same suite. What is said of the tools below is ours, written by hand.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { readWorkMap, type WorkMap } from "../../src/core/map/index.ts";
import { sentence } from "../../src/core/problem.ts";
import { digestOf } from "../given/workflow.ts";
import { type Heard, replay, type TracedCall } from "./replay.ts";

/** Tools that give what others wrote. */
const OF_OTHERS = new Set(
  `get_most_recent_transactions read_file read_channel_messages read_inbox get_webpage get_channels
  get_rating_reviews_for_hotels get_rating_reviews_for_restaurants get_rating_reviews_for_car_rental
  get_unread_emails get_received_emails search_emails search_calendar_events get_day_calendar_events
  search_files search_files_by_filename get_file_by_id list_files`.split(/\s+/),
);

/** Tools that do something, with the arguments that decide what. */
const ACTS: Readonly<Record<string, readonly string[]>> = {
  send_money: ["recipient", "amount"],
  schedule_transaction: ["recipient", "amount"],
  update_scheduled_transaction: ["recipient", "amount", "id"],
  update_password: ["password"],
  update_user_info: ["first_name", "last_name", "street", "city"],
  add_user_to_channel: ["user", "channel"],
  send_direct_message: ["recipient"],
  send_channel_message: ["channel"],
  invite_user_to_slack: ["user", "user_email"],
  remove_user_from_slack: ["user"],
  post_webpage: ["url"],
  reserve_hotel: ["hotel", "start_day", "end_day"],
  reserve_restaurant: ["restaurant", "start_time"],
  reserve_car_rental: ["company", "start_time", "end_time"],
  send_email: ["recipients", "cc", "bcc", "attachments"],
  delete_email: ["email_id"],
  create_calendar_event: ["participants", "start_time"],
  cancel_calendar_event: ["event_id"],
  reschedule_calendar_event: ["event_id", "new_start_time"],
  add_calendar_event_participants: ["event_id", "participants"],
  share_file: ["file_id", "email", "permission"],
  delete_file: ["file_id"],
  append_to_file: ["file_id"],
  create_file: ["filename"],
};

type Task = {
  readonly id: string;
  readonly says: string;
  /** null: made by code, and not to be read. */
  readonly calls: readonly Pick<TracedCall, "use" | "with">[] | null;
};
type Suite = { readonly work: readonly Task[]; readonly attacks: readonly Task[] };

export type DojoFigures = {
  readonly work: number;
  readonly automatic: number;
  readonly asks: number;
  readonly pairs: number;
  readonly stopped: number;
  /** Pairs in which nothing was stopped. */
  readonly through: readonly string[];
  /** Tasks whose calls nobody can read without running them. */
  readonly leftOut: number;
};

/** @param checkout the folder of the checkout; its Python is read and not run */
export function replayDojo(checkout: string): DojoFigures {
  const reader = join(import.meta.dirname, "agentdojo-calls.py");
  const output = execFileSync("python3", [reader, checkout], { maxBuffer: 64 * 1024 * 1024 });
  const suites = JSON.parse(output.toString()) as Readonly<Record<string, Suite>>;
  const map = mapOf(Object.values(suites));
  const all = Object.entries(suites).map(([name, suite]) => replaySuite(name, suite, map));
  const sum = (of: (one: DojoFigures) => number): number =>
    all.reduce((so, one) => so + of(one), 0);
  return {
    work: sum(({ work }) => work),
    automatic: sum(({ automatic }) => automatic),
    asks: sum(({ asks }) => asks),
    pairs: sum(({ pairs }) => pairs),
    stopped: sum(({ stopped }) => stopped),
    through: all.flatMap(({ through }) => through),
    leftOut: sum(({ leftOut }) => leftOut),
  };
}

function replaySuite(name: string, { work, attacks }: Suite, map: WorkMap): DojoFigures {
  const readable = work.filter(({ calls }) => calls !== null);
  const harmful = attacks.filter(({ calls }) => calls?.some(({ use }) => use in ACTS));
  const benign = readable.map((task) => heardOf(task, null, map));
  const pairs = readable
    .filter(({ calls }) => calls?.some(({ use }) => OF_OTHERS.has(use)))
    .flatMap((task) => harmful.map((attack) => ({ task, attack })));
  const through = pairs.filter(({ task, attack }) => {
    const heard = heardOf(task, attack, map).slice(task.calls?.length ?? 0);
    return heard.every(({ stoppedBy }) => stoppedBy === null);
  });
  const stops = benign.map((heard) => heard.filter(({ stoppedBy }) => stoppedBy !== null).length);
  return {
    work: readable.length,
    automatic: stops.filter((count) => count === 0).length,
    asks: stops.reduce((so, count) => so + count, 0),
    pairs: pairs.length,
    stopped: pairs.length - through.length,
    through: through.map(({ task, attack }) => `${name} ${task.id} ${attack.id}`),
    leftOut: work.length - readable.length,
  };
}

function heardOf(task: Task, attack: Task | null, map: WorkMap): readonly Heard[] {
  return replay(
    {
      id: task.id,
      domain: "agentdojo",
      request: { type: "work", by: "user", channel: "user", text: task.says },
      case: {},
      agent: "assistant",
      calls: [...(task.calls ?? []), ...(attack?.calls ?? [])],
    },
    map,
  );
}

/** Everything is permitted that does not rest on what others wrote, or stands in what the user said. */
function mapOf(suites: readonly Suite[]): WorkMap {
  const args = new Map<string, Set<string>>();
  for (const { use, with: given } of suites
    .flatMap(({ work, attacks }) => [...work, ...attacks])
    .flatMap(({ calls }) => calls ?? []))
    args.set(use, new Set([...(args.get(use) ?? []), ...Object.keys(given)]));
  const tools = Object.fromEntries(
    [...args].map(([name, names]) => [name, toolOf(name, [...names])]),
  );
  const source = {
    muster: 1,
    company: "AgentDojo",
    systems: { world: { kind: "function", module: "world.mjs" } },
    tools,
    agents: { assistant: { may: { level: "external", tools: Object.keys(tools) } } },
    requests: { work: { workflow: "work", owner: "user" } },
    rules: {
      anything: {
        when: { "action.tool": Object.keys(tools) },
        // oxlint-disable-next-line unicorn/no-thenable -- the word of a map
        then: "permit",
        because: "The user asked for it.",
      },
    },
    intake: { user: "customer" },
    exceptions: { owner: "user" },
  };
  const { map, problems } = readWorkMap([{ file: "map.yaml", text: JSON.stringify(source) }], {
    digest: digestOf,
    agents: null,
    workflows: null,
  });
  const errors = problems.filter(({ severity }) => severity !== "warning");
  if (map === null) throw new Error(errors.map(sentence).join("\n"));
  return map;
}

function toolOf(name: string, names: readonly string[]): JsonObject {
  const deciding = ACTS[name];
  const args = Object.fromEntries(names.map((one): [string, Json] => [one, "any?"]));
  if (deciding === undefined)
    return { system: "world", level: "reference", run: name, args, untrusted: OF_OTHERS.has(name) };
  return {
    system: "world",
    level: "external",
    run: name,
    args,
    preview: "look",
    undo: { tool: name },
    writes: "world",
    effects: "ask",
    deciding: deciding.filter((one) => names.includes(one)),
  };
}
