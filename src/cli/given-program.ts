import { begun, ended, lettersWorkflow, timedOut } from "../../test/given/checked.ts";
import type { Workflow } from "../core/definition/index.ts";
import type { RunId } from "../core/id.ts";
import type { Body } from "../core/machine/index.ts";
import { type Example, openExample, type Script } from "./example-company.ts";
import { program } from "./program.ts";

/** Where it is called: the folder of a company that is only said to be one. */
export const FOLDER: string = import.meta.dirname;
export const NOW = 1_765_533_700_000;

export function accepted(run: RunId): Body {
  const digest = "sha256:0" as Workflow["digest"];
  return {
    type: "run.accepted",
    run,
    definition: digest,
    workflow: "example",
    version: "1.2.0",
    params: {},
    parent: null,
    machine: 1,
  };
}
function attempted(path: string): Body {
  return begun(path, { attempt: { agent: "loader", effects: "pure" } });
}

/** Its first step is at work. */
export const LOADING: readonly Body[] = [begun(""), begun("load"), attempted("load/1")];
const WHOLE: readonly Body[] = [
  ...LOADING,
  {
    type: "attempt.ended",
    path: "load/1",
    key: 4,
    outcome: "failed",
    error: timedOut,
    doubt: false,
  },
  { type: "timer.set", path: "load/1", due: 1_765_533_610_000, why: "backoff" },
  {
    type: "attempt.started",
    path: "load/1",
    agent: "senior",
    effects: "pure",
    call: 4,
    fallback: "the first was away",
  },
  ended("load/1"),
  ended("load"),
  begun("send"),
  attempted("send/2"),
  ended("send/2", { outcome: "degraded", impact: "letters are plain", warning: "no template" }),
  begun("send/letters", { count: 2 }),
  attempted("send/letters[0]"),
  attempted("send/letters[1]"),
  ended("send/letters[0]"),
  ended("send/letters[1]"),
  ended("send/letters"),
  ended("send"),
  ended(""),
  {
    type: "run.finished",
    outcome: "completed",
    outputs: { value: { ids: ["a", "b", "c", "d"], note: "well" } },
  },
];

/** To its end at once. */
export const whole: Script = (told, run) =>
  told.type === "start" ? [accepted(run), ...WHOLE] : [];

/** Held by an exception until a person says how to go on. */
export const held: Script = (told, run) => {
  const raised: readonly Body[] = [
    ...LOADING,
    {
      type: "attempt.ended",
      path: "load/1",
      key: 4,
      outcome: "failed",
      error: timedOut,
      doubt: false,
    },
    {
      type: "exception.raised",
      path: "load/1",
      why: "failed",
      owner: "operations",
      error: timedOut,
      look: "Is the source there?",
    },
  ];
  if (told.type === "start") return [accepted(run), ...raised];
  if (told.type === "cancel") return [{ type: "run.finished", outcome: "cancelled" }];
  const how = told.type === "skip" || told.type === "give" ? told.type : "retry";
  return [
    { type: "exception.closed", key: 6, path: "load/1", how },
    ended("load/1"),
    ...WHOLE.slice(7),
  ];
};

/** Waits at a gate until a person has decided. */
export const gated: Script = (told, run) => {
  const digest = `sha256:${"0".repeat(64)}` as Workflow["digest"];
  const gate = { digest, ask: "Send?", chain: "", from: ["ana"], need: 1, show: { letters: 2 } };
  if (told.type === "start")
    return [accepted(run), begun(""), begun("load"), begun("load/1", { gate })];
  const allowed = told.type === "vote" && told.allow;
  return [
    { type: "gate.closed", key: 4, path: "load/1", allowed, why: "1 of 1" },
    ...WHOLE.slice(2),
  ];
};

/** What the command line has said. */
type Said = { readonly code: number; readonly out: string; readonly side: string };

/** The command line with this company in it, as ana calls it. */
export async function muster(company: Example, ...words: readonly string[]): Promise<Said> {
  let out = "";
  let side = "";
  const code = await program([...words, "--folder", FOLDER], {
    cwd: FOLDER,
    env: {},
    person: "ana",
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (side += text) },
    now: () => NOW,
    openCompany: async () => company,
    onInterrupt: () => () => undefined,
    keys: () => null,
    packs: FOLDER,
  });
  return { code, out, side };
}

/** A company of the workflow of letters, whose runs go as the script says. */
export function open(script: Script, more: Parameters<typeof openExample>[2] = {}): Example {
  return openExample(lettersWorkflow(), script, more);
}
