import type { Command } from "commander";
import type { SteerOptions } from "../steering/steer.ts";
import { aboutRun, type Choose, examples, withOptions } from "../verb.ts";
import { addFork, fromCheckpoint, PARAMS } from "./checkpoints.ts";

type Flags = {
  readonly why?: string;
  readonly by?: string;
  readonly wait?: boolean;
};

const STEP = "its path, or the id at the path's end";

/** The verbs that steer a run: every one is recorded, with who and why. */
export function addSteering(runs: Command, choose: Choose): void {
  addOfRun(runs, choose);
  addOfStep(runs, choose);
  addChanges(runs, choose);
  addFork(runs, choose);
  addResume(runs, choose);
}

function addOfRun(runs: Command, choose: Choose): void {
  const pause = reasoned(aboutRun(runs, "pause"), "must").description(
    "begin nothing new; what is in flight goes on and is recorded",
  );
  withOptions(pause).action((run: string, flags: Flags) => {
    const options = steerOptions(pause, flags, "must");
    choose(async (context) =>
      (await import("../steering/pause.ts")).runsPause(context, run, options),
    );
  });
  const cancel = waiting(reasoned(aboutRun(runs, "cancel"), "must"))
    .option("--rollback", "undo what was done, newest first", false)
    .description("end a run: nothing new begins, what is in flight is stopped or awaited");
  withOptions(cancel).action((run: string, flags: Flags & { readonly rollback: boolean }) => {
    const options = { ...steerOptions(cancel, flags, "must"), rollback: flags.rollback };
    choose(async (context) =>
      (await import("../steering/cancel.ts")).runsCancel(context, run, options),
    );
  });
  const rollback = waiting(reasoned(aboutRun(runs, "rollback"), "must")).description(
    "undo what a run did, newest first; also of a run that has ended",
  );
  withOptions(rollback).action((run: string, flags: Flags) => {
    const options = steerOptions(rollback, flags, "must");
    choose(async (context) =>
      (await import("../steering/rollback.ts")).runsRollback(context, run, options),
    );
  });
}

function addOfStep(runs: Command, choose: Choose): void {
  const retry = waiting(
    reasoned(aboutRun(runs, "retry").argument("[step]", STEP), "may"),
  ).description("try again what failed; without a step, all that failed");
  withOptions(retry).action((run: string, step: string | undefined, flags: Flags) => {
    const options = steerOptions(retry, flags, "may");
    const named = step === undefined ? options : { ...options, step };
    choose(async (context) =>
      (await import("../steering/retry.ts")).runsRetry(context, run, named),
    );
  });
  const give = waiting(ofStep(runs, "give"))
    .argument("<file>", "a YAML or JSON file with the outputs")
    .description("give a step's outputs in the place of its agent");
  withOptions(give).action((run: string, step: string, ...rest: readonly [string, Flags]) => {
    const [file, flags] = rest;
    const options = { ...steerOptions(give, flags, "must"), step, file };
    choose(async (context) =>
      (await import("../steering/give.ts")).runsGive(context, run, options),
    );
  });
  const skip = waiting(ofStep(runs, "skip")).description(
    "go on without a step that failed, waits, or has not begun",
  );
  withOptions(skip).action((run: string, step: string, flags: Flags) => {
    const options = { ...steerOptions(skip, flags, "must"), step };
    choose(async (context) =>
      (await import("../steering/skip.ts")).runsSkip(context, run, options),
    );
  });
  addHands(runs, choose);
}

function addHands(runs: Command, choose: Choose): void {
  const take = ofStep(runs, "takeover")
    .description("take a step from its agent: its attempt is stopped, and it waits for you")
    .addHelpText(
      "after",
      examples(
        "muster runs takeover last letters --why 'I write these myself'",
        "muster runs give last letters letters.json --why 'written by hand'",
      ),
    );
  withOptions(take).action((run: string, step: string, flags: Flags) => {
    const options = { ...steerOptions(take, flags, "must"), step };
    choose(async (context) =>
      (await import("../steering/takeover.ts")).runsTakeover(context, run, options),
    );
  });
  const back = waiting(ofStep(runs, "handback")).description(
    "hand back a step that was taken over: its agent tries it again",
  );
  withOptions(back).action((run: string, step: string, flags: Flags) => {
    const options = { ...steerOptions(back, flags, "must"), step };
    choose(async (context) =>
      (await import("../steering/handback.ts")).runsHandback(context, run, options),
    );
  });
}

function addChanges(runs: Command, choose: Choose): void {
  const amend = reasoned(aboutRun(runs, "amend"), "must")
    .argument("[params...]", "key=value, for the steps that have not begun")
    .option("--limit <limit...>", "max_concurrency=N, total_timeout=TIME, max_attempts=N")
    .description("change params and limits of this run")
    .addHelpText(
      "after",
      examples(
        "muster runs amend last batch_size=10 --why 'the mail server is slow'",
        "muster runs amend last --limit max_concurrency=2 total_timeout=4h --why 'a busy day'",
      ),
    );
  type AmendFlags = Flags & { readonly limit?: readonly string[] };
  withOptions(amend).action((run: string, pairs: readonly string[], flags: AmendFlags) => {
    const options = { ...steerOptions(amend, flags, "must"), pairs, limits: flags.limit ?? [] };
    choose(async (context) =>
      (await import("../steering/amend.ts")).runsAmend(context, run, options),
    );
  });
  const move = reasoned(aboutRun(runs, "move"), "must")
    .argument("[workflow]", "its file or name; without it, the workflow as it is now")
    .description("go on with a paused run by another version of its workflow");
  withOptions(move).action((run: string, to: string | undefined, flags: Flags) => {
    const options = steerOptions(move, flags, "must");
    const named = to === undefined ? options : { ...options, to };
    choose(async (context) => (await import("../steering/move.ts")).runsMove(context, run, named));
  });
}

type ResumeFlags = Flags & {
  readonly step?: string;
  readonly retry: boolean;
  readonly skip: boolean;
  readonly give?: string;
  readonly from?: string;
  readonly retryFailed: boolean;
};

function addResume(runs: Command, choose: Choose): void {
  const resume = fromCheckpoint(
    waiting(reasoned(aboutRun(runs, "resume").argument("[params...]", PARAMS), "may")),
  )
    .option("--step <path>", "only the exception at this step")
    .option("--retry", "try it again, although it may have been done already", false)
    .option("--skip", "go on without the step", false)
    .option("--give <file>", "take the step's outputs from a YAML or JSON file")
    .description("try again what failed, go on with a paused or interrupted run")
    .addHelpText(
      "after",
      examples(
        "muster runs resume last",
        "muster runs resume wf_7q --from cp_5 --retry-failed batch_size=10",
        "muster runs resume wf_7q --step account-setup/2 --skip --why 'done by hand'",
      ),
    );
  withOptions(resume).action((run: string, pairs: readonly string[], flags: ResumeFlags) => {
    const { step, retry, skip, give, from, retryFailed } = flags;
    const options = {
      ...steerOptions(resume, flags, "may"),
      ...(step === undefined ? {} : { step }),
      retry,
      skip,
      retryFailed,
      pairs,
      ...(from === undefined ? {} : { from }),
      ...(give === undefined ? {} : { give }),
    };
    choose(async (context) =>
      (await import("../steering/resume.ts")).runsResume(context, run, options),
    );
  });
}

function ofStep(runs: Command, name: string): Command {
  const verb = aboutRun(runs, name).argument("<step>", STEP);
  return reasoned(verb, "must");
}

/** Who and why. */
function reasoned(command: Command, need: "must" | "may"): Command {
  const kept = need === "must" ? "kept in the log; must be said" : "kept in the log";
  return command
    .option("--why <why>", kept)
    .option("--by <person>", "who steers it (default: $MUSTER_PERSON, or the account's name)");
}

function waiting(command: Command): Command {
  return command.option("--no-wait", "write it down and end; the run goes on later");
}

function steerOptions(command: Command, flags: Flags, need: "must" | "may"): SteerOptions {
  const { by, wait = true } = flags;
  const why = flags.why ?? "";
  if (need === "must" && why.trim() === "")
    command.error("error: required option '--why <why>' not specified");
  return { why, wait, ...(by === undefined ? {} : { by }) };
}
