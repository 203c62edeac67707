import { exceptionsOf, type GateRecord, gatesOf } from "../core/history/index.ts";
import type { RunId } from "../core/id.ts";
import { parseDigest } from "../core/id.ts";
import type { Problem } from "../core/problem.ts";
import type { Company } from "../engine/company/index.ts";
import { commandIn } from "./command.ts";
import { EXIT } from "./exit.ts";
import { finish } from "./finish.ts";
import { plain } from "./output/index.ts";
import { readHistory } from "./read-history.ts";
import type { Context } from "./surroundings.ts";
import { refuse } from "./with-company.ts";
import { withRun } from "./with-run.ts";

const GATES_NAMED_MOST = 5;

export type Decision = {
  readonly allow: boolean;
  readonly reason: string;
  /** false with `--no-wait`: the decision is recorded and the run goes on later. */
  readonly wait: boolean;
};

/**
 * `muster inbox approve|reject ITEM`: records a person's decision at a gate, over exactly what is
 * shown, and goes on with the run. ITEM is `RUN.KEY` as the inbox lists it, or a run with one open gate.
 */
export async function inboxDecide(
  context: Context,
  item: string,
  decision: Decision,
): Promise<number> {
  const { name, key } = parts(item);
  return await withRun(
    context,
    { name, perform: true, begin: decision.wait },
    async (company, run) => {
      const gate = await gateOf(company, run, key);
      if ("code" in gate) return refuse(context, [gate]);
      const { side, json } = context.terminal;
      if (!json) shownLines(gate, decision.allow).forEach((line) => side.line(line));
      const problems = await vote(context, company, { run, gate, decision });
      if (problems.length > 0) return refuse(context, problems);
      if (decision.wait) return await finish(context, company, { run, shownFrom: gate.key });
      const resume = commandIn(context, company.folder)(`runs resume ${run}`);
      const goesOn = company.isGuest ? "in the process at work." : `with: ${resume}`;
      if (!json) side.line(`Recorded. ${run} goes on ${goesOn}`);
      return EXIT.done;
    },
  );
}

/** "wf_x.12" is the gate that event 12 of wf_x opened; "wf_x" the only open gate there. */
function parts(item: string): { readonly name: string; readonly key: number | null } {
  const found = /^(.*)\.(\d+)$/.exec(item);
  return found ? { name: found[1] ?? "", key: Number(found[2]) } : { name: item, key: null };
}

async function gateOf(
  company: Company,
  run: RunId,
  key: number | null,
): Promise<GateRecord | Problem> {
  const history = await readHistory(company, run);
  const gates = gatesOf(history);
  const gate = gates.find((one) => one.key === key);
  if (gate) return gate;
  const [only] = gates;
  if (key === null && only && gates.length === 1) return only;
  const exception = exceptionsOf(history).find((one) => one.key === key);
  if (exception)
    return {
      code: "bad-input",
      message: `${run}.${key} is an exception, which nobody approves: it is mended.`,
      mend: `muster runs resume ${run} --step ${exception.path}${exception.why === "unknown" ? " --retry" : ""}   or with --give FILE, or --skip`,
    };
  if (key === null && gates.length > 1)
    return {
      code: "bad-input",
      message: `${run} has ${gates.length} open gates.`,
      mend: `Name one: ${gates
        .slice(0, GATES_NAMED_MOST)
        .map((one) => `${run}.${one.key}`)
        .join(", ")}.`,
    };
  return {
    code: "conflict",
    message: `${key === null ? run : `${run}.${key}`} is no open gate: it was decided, or never was.`,
    mend: "See what waits: muster inbox list",
  };
}

async function vote(
  context: Context,
  company: Company,
  told: { readonly run: RunId; readonly gate: GateRecord; readonly decision: Decision },
): Promise<readonly Problem[]> {
  const { key, digest: text } = told.gate;
  const { allow, reason } = told.decision;
  const digest = parseDigest(text);
  if (!digest)
    return [{ code: "corrupt", message: `${told.run}.${key} has no digest to decide on.` }];
  const by = context.surroundings.person;
  const vote = { type: "vote", key, digest, allow, reason } as const;
  const problems = await company.send(told.run, vote, { by });
  const mend = `Here you are ${by}. Ask one of them; or, if you are one, say so: MUSTER_PERSON=NAME.`;
  return problems.map((one) => (one.code === "not-allowed" ? { mend, ...one } : one));
}

function shownLines({ ask, show }: GateRecord, allow: boolean): readonly string[] {
  const shown = Object.entries(show).map(
    ([name, value]) => `  ${plain(name)}: ${plain(JSON.stringify(value))}`,
  );
  return [`${allow ? "Approve" : "Reject"}: ${plain(ask)}`, ...shown];
}
