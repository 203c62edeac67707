import type { Digest } from "../../core/id.ts";
import type { Told } from "../../core/machine/index.ts";
import { ended, type Problem } from "../../core/problem.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { afterDeciding } from "./after-deciding.ts";
import { type GateItem, shownIn, tellGate, withGate } from "./gate-item.ts";
import { placeTaken } from "./in-place.ts";

export type Decision = {
  readonly how: "approve" | "reject" | "break-glass";
  readonly reason: string;
  /** false with `--no-wait`: the decision is recorded and the run goes on later. */
  readonly wait: boolean;
  /** Every step as it goes on, and the whole summary. */
  readonly verbose: boolean;
  /** Whose right it is, where one decides in another's place. */
  readonly for?: string;
  /** Numbers of the actions that are permitted, where several are asked; and what stands in the way of the others. */
  readonly only?: readonly string[];
  readonly blocks?: readonly string[];
  /** A condition: it is allowed when that holds. */
  readonly when?: string;
};

/**
 * `muster inbox approve|reject|break-glass ITEM`: records a person's decision at a gate, over exactly what
 * is shown, and goes on with the run.
 */
export async function inboxDecide(
  context: Context,
  item: string,
  decision: Decision,
): Promise<number> {
  const how = { item, perform: true, begin: decision.wait };
  return await withGate(context, how, async (company, { run, gate }) => {
    const { side, json } = context.terminal;
    if (!json && decision.verbose) shownLines(gate).forEach((line) => side.line(line));
    const told = decisionTold({ run, gate }, decision);
    if ("code" in told) return refuse(context, [told]);
    const after = company.standing(run)?.seq ?? gate.key;
    const problems = await tellGate(context, company, { run, told });
    if (problems.length > 0) return refuse(context, problems);
    const by = context.surroundings.person;
    const place = await placeTaken(company, run, { key: gate.key, after, by });
    const said = saidOf(gate, decision, { by, place });
    const { verbose, wait } = decision;
    const difference = gate.approval.gate.evidence?.difference ?? null;
    const decided = { run, key: gate.key, after, said, difference, verbose };
    if (wait) return await afterDeciding(context, company, decided);
    if (!json) side.line(said);
    const resume = commandIn(context, company.folder)(`runs resume ${run}`);
    const goesOn = company.isGuest ? "in the process at work." : `with: ${resume}`;
    if (!json) side.line(`Recorded. ${run} goes on ${goesOn}`);
    return EXIT.done;
  });
}

/** A decision as the gate hears it. */
export function decisionTold(
  { run, gate }: GateItem,
  { how, reason, for: of, only, blocks, when }: Decision,
): Told | Problem {
  const shown = shownIn(gate);
  if (shown === null)
    return { code: "corrupt", message: `${run}.${gate.key} has no digest to decide on.` };
  if (how === "break-glass") return { type: "override", ...shown, reason, channel: "terminal" };
  const named = only === undefined ? { permits: null } : actionsNamed(gate, only);
  if ("code" in named) return named;
  const { permits } = named;
  return {
    type: "vote",
    ...shown,
    allow: how === "approve",
    reason,
    channel: "terminal",
    ...(of === undefined ? {} : { for: of }),
    ...(permits === null ? {} : { permits }),
    ...(blocks === undefined || blocks.length === 0 ? {} : { blocks }),
    ...(when === undefined ? {} : { when }),
  };
}

/** "1" is the first of the actions that are asked. */
function actionsNamed(
  { approval }: GateItem["gate"],
  only: readonly string[],
): { readonly permits: readonly Digest[] } | Problem {
  const actions = approval.gate.terms?.actions ?? [];
  const names = only.flatMap((one) => one.split(",")).map((one) => one.trim());
  const found = names.map((name) => actions[Number(name) - 1]?.digest);
  const wrong = names.find((_, at) => found[at] === undefined);
  if (wrong === undefined) return { permits: found.filter((one) => one !== undefined) };
  return {
    code: "bad-input",
    message: `There is no action ${plain(wrong)} here.`,
    mend:
      actions.length === 0
        ? "This asks for one action; leave --only out."
        : `Name some of 1 to ${actions.length}, as inbox show numbers them.`,
  };
}

const SAID = {
  approve: "Approved",
  reject: "Rejected",
  "break-glass": "Decided alone",
} as const;

/** "Approved by oscar: Refund HKD 3,280.00 of order 1011." */
function saidOf(
  gate: GateItem["gate"],
  { how, reason, only }: Decision,
  { by, place: of }: { readonly by: string; readonly place: string | null },
): string {
  const place = of === null ? "" : ` in the place of ${plain(of)}`;
  const what = ended(plain(mattersOf(gate)));
  const part = only === undefined ? "" : ` Only ${only.map(plain).join(", ")}.`;
  const why = reason === "" ? "" : ` Because: ${plain(reason)}`;
  const later = how === "break-glass" ? ", for others to look at afterwards" : "";
  return `${SAID[how]} by ${plain(by)}${place}${later}: ${what}${part}${why}`;
}

/** What is decided, in one sentence. */
export function mattersOf({ ask, approval }: GateItem["gate"]): string {
  return approval.gate.evidence?.action || ask;
}

function shownLines({ show, approval }: GateItem["gate"]): readonly string[] {
  const actions = approval.gate.terms?.actions;
  if (actions !== undefined) return actions.map((one, at) => `  ${at + 1}. ${plain(one.title)}`);
  return Object.entries(show).map(
    ([name, value]) => `  ${plain(name)}: ${plain(JSON.stringify(value))}`,
  );
}
