import { valueAt } from "../../core/approval/index.ts";
import type { Digest } from "../../core/id.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Told } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { type Company, peopleIn, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { plain } from "../output/index.ts";
import { valueAs } from "../runs/params.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { nobodyLeft } from "./evidence-lines.ts";
import { type GateItem, gateIn, shownIn, tellGate, withGate } from "./gate-item.ts";

/** What is told to a gate beside a decision; it stays open. */
export type GateSteering =
  | { readonly verb: "claim" }
  | { readonly verb: "release"; readonly reason: string }
  | { readonly verb: "ask" | "reply"; readonly text: string }
  | { readonly verb: "edit"; readonly pairs: readonly string[]; readonly reason: string };

/** `muster inbox claim|release|ask|answer|edit ITEM` at a gate. @returns the exit code */
export async function inboxGate(
  context: Context,
  item: string,
  steering: GateSteering,
): Promise<number> {
  return await withGate(context, { item, perform: true, begin: false }, async (company, found) => {
    const told = toldOf(found, steering, context.surroundings.cwd);
    if ("code" in told) return refuse(context, [told as Problem]);
    const { run } = found;
    const problems = await tellGate(context, company, { run, told: told as Told });
    if (problems.length > 0) return refuse(context, problems);
    const { side, json } = context.terminal;
    if (!json) side.line(DONE[steering.verb](`${run}.${found.gate.key}`));
    if (!json && steering.verb === "edit") await tellNobodyLeft(context, company, found);
    return EXIT.done;
  });
}

/** Whoever changes it decides it no more; where nobody else may, they are told so now, and not by waiting. */
async function tellNobodyLeft(
  { terminal }: Context,
  company: Company,
  { run, gate }: GateItem,
): Promise<void> {
  const now = await gateIn(company, run, gate.key);
  const people = peopleIn(company.folder);
  const meant = (name: string): readonly string[] => people?.meant(name) ?? [];
  const said = "code" in now ? null : nobodyLeft(now, { zone: zoneIn(company.folder), meant });
  if (said !== null) terminal.side.line(said);
}

const DONE = {
  claim: (item) => `It is yours: ${item}`,
  release: () => "It is free again.",
  ask: () => "Asked; whoever knows answers with: muster inbox answer ITEM TEXT",
  reply: () => "Answered.",
  edit: (item) => `It asks for something else now: muster inbox show ${item}`,
} as const satisfies Record<GateSteering["verb"], (item: string) => string>;

function toldOf({ gate }: GateItem, steering: GateSteering, cwd: string): Told | Problem {
  const { key } = gate;
  switch (steering.verb) {
    case "claim":
      return { type: "claim", key };
    case "release":
      return { type: "release", key, why: steering.reason };
    case "ask":
    case "reply":
      return { type: steering.verb, key, text: steering.text };
    case "edit":
      return editTold(gate, steering, cwd);
  }
}

/** A change before a decision, as the gate hears it. */
export function editTold(
  gate: GateItem["gate"],
  { pairs, reason }: Extract<GateSteering, { verb: "edit" }>,
  cwd: string,
): Told | Problem {
  const shown = shownIn(gate);
  if (shown === null) return { code: "corrupt", message: "It has no digest to edit." };
  const { key, digest } = shown;
  const one = actionIn(gate, pairs);
  if ("code" in one) return one;
  const changes = changesIn(one.args, one.pairs, cwd);
  if ("problem" in changes) return changes.problem;
  const told = { type: "edit", key, digest, changes: changes.values, reason } as const;
  return one.action === null ? told : { ...told, action: one.action };
}

type One = {
  readonly action: Digest | null;
  readonly args: JsonObject;
  readonly pairs: readonly string[];
};

/** Of several actions the one that stands before each change: `2.amount=300`. */
function actionIn({ approval }: GateItem["gate"], pairs: readonly string[]): One | Problem {
  const { terms } = approval.gate;
  const { actions } = terms ?? {};
  if (actions === undefined) return { action: null, args: terms?.args ?? {}, pairs };
  const numbers = new Set(pairs.map((pair) => Number(/^(\d+)\./.exec(pair)?.[1])));
  const [number = Number.NaN] = numbers;
  const found = actions[number - 1];
  if (numbers.size !== 1 || found === undefined)
    return {
      code: "bad-input",
      message: `${actions.length} actions are asked for here; one is changed at a time.`,
      mend: "Write its number before what is changed, as inbox show numbers them: 2.amount=300.",
    };
  const rest = pairs.map((pair) => pair.slice(`${number}.`.length));
  return { action: found.digest, args: found.args ?? {}, pairs: rest };
}

/** `refund.amount=300`: read as the type of what stands there now. */
function changesIn(
  args: JsonObject,
  pairs: readonly string[],
  cwd: string,
): { readonly values: JsonObject } | { readonly problem: Problem } {
  const values: Record<string, JsonObject[string]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1)
      return {
        problem: {
          code: "bad-input",
          message: `"${plain(pair)}" is no path=value.`,
          mend: "Write what is to be changed as path=value: refund.amount=300.",
        },
      };
    const path = pair.slice(0, at);
    const now = valueAt(args, path);
    const type = typeof now === "string" ? { type: "string" } : { type: typeof now };
    const read = valueAs(pair.slice(at + 1), type, cwd);
    if (!("value" in read)) return { problem: read };
    values[path] = read.value;
  }
  return { values };
}
