import type { Chain, Deciders, Stage, TimeoutStep } from "../../approval/index.ts";
import type { ValuePath } from "../../definition/index.ts";
import type { Json } from "../../json.ts";
import { compileCondition, policyNames } from "../../rules/index.ts";
import { chainShape } from "../keys/chains.ts";
import type { ChainSource, DecidersSource, StageSource } from "../keys/source.ts";
import { byName, type Entry, entriesOf, listed } from "./reading.ts";
import type { Ruling } from "./rules.ts";
import { readSpan } from "./span.ts";

/** Whom nobody may be who decides, unless the chain says otherwise. */
const NOT_DEFAULT: Chain["not"] = ["requester", "editor"];

/** The chains of approval. */
export function readChains(
  value: Json | undefined,
  ruling: Ruling,
): Readonly<Record<string, Chain>> {
  const { report } = ruling;
  const entries = entriesOf<ChainSource>("approvals", { value, report, shape: () => chainShape });
  return byName(entries.map((entry) => chainOf(entry, ruling)));
}

function chainOf({ name, path, said }: Entry<ChainSource>, ruling: Ruling): Chain {
  return {
    name,
    digest: ruling.digest(JSON.stringify([name, said])),
    stages: stagesOf(said, path, ruling),
    not: said.not === undefined ? NOT_DEFAULT : [...new Set(said.not)],
    edit: said.edit ?? {},
    remind: sharesOf(said.remind ?? [], [...path, "remind"], ruling),
    onTimeout: (said.on_timeout ?? []).map(
      (step, at): TimeoutStep =>
        step === "reject"
          ? { kind: "reject" }
          : {
              kind: "escalate",
              to: decidersOf(step.escalate),
              after: readSpan(step.after, [...path, "on_timeout", at, "after"], ruling),
            },
    ),
    bulk: bulkOf(said.bulk, [...path, "bulk"], ruling),
    breakGlass: said.break_glass ?? null,
  };
}

function stagesOf(said: Partial<ChainSource>, path: ValuePath, ruling: Ruling): readonly Stage[] {
  const { stages, from, need, due } = said;
  if (stages === undefined) {
    if (from === undefined) return [];
    const only = {
      from,
      ...(need === undefined ? {} : { need }),
      ...(due === undefined ? {} : { due }),
    };
    return [stageOf(only, path, ruling)];
  }
  const stray = (["due", "need", `from`] as const).find((key) => said[key] !== undefined);
  if (stray !== undefined)
    ruling.report.add({
      code: "wrong-value",
      message: `"${stray}" stands beside stages, which say it each for itself.`,
      mend: `Take "${stray}" out, or write it in a stage.`,
      path: [...path, stray],
      key: true,
    });
  return stages.map((stage, at) => stageOf(stage, [...path, "stages", at], ruling));
}

function stageOf(said: StageSource, path: ValuePath, ruling: Ruling): Stage {
  return {
    from: decidersOf(said.from),
    need: said.need ?? 1,
    due: readSpan(said.due, [...path, "due"], ruling),
    isDistinct: said.distinct_stages === true,
  };
}

function decidersOf(said: DecidersSource): Deciders {
  if (typeof said === "string" || isList(said)) return { people: listed(said) };
  const { role, team, people, manager_of: managerOf } = said;
  return {
    ...(role === undefined ? {} : { role }),
    ...(team === undefined ? {} : { team }),
    ...(people === undefined ? {} : { people: listed(people) }),
    ...(managerOf === undefined ? {} : { managerOf }),
  };
}

function isList(said: Exclude<DecidersSource, string>): said is readonly string[] {
  return Array.isArray(said);
}

/** `50%` or 0.5. */
function sharesOf(
  said: readonly (string | number)[],
  path: ValuePath,
  { report }: Ruling,
): readonly number[] {
  return said.flatMap((one, at) => {
    const percent = /^\s*(\d{1,2}(?:\.\d+)?)\s*%\s*$/.exec(String(one))?.[1];
    const share = percent === undefined ? Number(one) : Number(percent) / 100;
    if (share > 0 && share < 1) return [share];
    report.add({
      code: "wrong-value",
      message: `"${one}" is no share of the time.`,
      mend: "Write more than 0% and less than 100%: remind: [50%, 90%].",
      path: [...path, at],
    });
    return [];
  });
}

function bulkOf(
  said: ChainSource["bulk"],
  path: ValuePath,
  { names, report }: Ruling,
): Chain["bulk"] {
  if (said === undefined) return null;
  const text = said.only_if ?? "true";
  const onlyIf = compileCondition(text, {
    names: policyNames(names),
    path: [...path, "only_if"],
    report: report.add,
  });
  return onlyIf === null ? null : { most: said.most, onlyIf };
}
