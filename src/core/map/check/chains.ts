import {
  type Chain,
  type Deciders,
  meantBy,
  type Stage,
  sayDeciders,
} from "../../approval/index.ts";
import type { People } from "../../definition/index.ts";
import { suggestion } from "../../expression/index.ts";
import { ownOf } from "../../own.ts";
import { propertiesOf } from "../tool-args.ts";
import { areRulesWhole, type Checking, inWords } from "./checking.ts";

/** In backquotes, since a quoted word here looks like an import. */
const FROM = `from`;

type Path = readonly (string | number)[];

/** Each chain has people who may decide, enough of them, and time to do it in. */
export function checkChains(checking: Checking): void {
  for (const chain of Object.values(checking.map.approvals)) {
    const path = ["approvals", chain.name];
    checkStages(chain, path, checking);
    checkTimes(chain, path, checking);
    checkEdits(chain, path, checking);
    const { breakGlass } = chain;
    if (breakGlass !== null) {
      checkDeciders({ role: breakGlass.role }, [...path, "break_glass", "role"], checking);
      checkDeciders({ people: [breakGlass.review] }, [...path, "break_glass", "review"], checking);
    }
  }
}

function checkStages(chain: Chain, path: Path, checking: Checking): void {
  const { report, said } = checking;
  if (chain.stages.length === 0)
    report.add({
      code: "missing-key",
      message: `Nobody decides by the chain "${chain.name}": "${FROM}" is missing.`,
      mend: "Write from: {role: manager}, or stages with a from each.",
      path,
      key: true,
    });
  const written = ownOf(
    said["approvals"] as { readonly [name: string]: { stages?: unknown } },
    chain.name,
  );
  const all: string[] = [];
  chain.stages.forEach((stage, at) => {
    const spot = written?.stages === undefined ? path : [...path, "stages", at];
    const own = checkDeciders(stage.from, [...spot, FROM], checking);
    all.push(...(own ?? []));
    const together = new Set(all).size;
    if (own !== null && own.length > 0)
      checkEnough({ chain, stage, at, own, together }, spot, checking);
  });
}

/** @returns who is meant; null where that depends on who asks, or nobody knows who works here */
function checkDeciders(
  deciders: Deciders,
  path: Path,
  { people, report, files, workflows }: Checking,
): readonly string[] | null {
  if (people === null) {
    const group = deciders.role ?? deciders.team;
    // A version that was published is read without its people; here they are looked for, and there is no file.
    if (group !== undefined && workflows !== null && !files.includes("people.yaml"))
      report.add({
        code: "unknown-person",
        message: `There is no people.yaml, so that nobody is "${group}": nobody could decide.`,
        mend: "Write people.yaml: people: {ana: {roles: ROLE}}.",
        path,
      });
    return null;
  }
  const groups = [deciders.role, deciders.team, ...(deciders.people ?? [])];
  const unknown = groups.find((name) => name !== undefined && people.meant(name).length === 0);
  if (unknown !== undefined) {
    report.add({
      code: "unknown-person",
      message: `Nobody in people.yaml is called, or is in a team or a role called, "${unknown}".`,
      mend: `${suggestion(unknown, people.names, "People, teams and roles")} Or add them there.`,
      path,
    });
    return [];
  }
  if (deciders.managerOf !== undefined) return checkManagers(deciders, path, { people, report });
  const meant = meantBy(deciders, NO_PARTIES, namesOf(people)) ?? [];
  if (meant.length === 0)
    report.add({
      code: "unknown-person",
      message: `Nobody is ${sayDeciders(deciders)}: each is there, and no one is all of it.`,
      mend: "Add somebody in people.yaml who is, or ask for less.",
      path,
    });
  return meant;
}

const NO_PARTIES = { requesters: [], owners: [], agent: "" };

function namesOf(people: People): Parameters<typeof meantBy>[2] {
  return {
    people: people.meant,
    manager: (person) => ownOf(people.people, person)?.manager ?? null,
  };
}

/** Of somebody without a manager nobody could decide. */
function checkManagers(
  { managerOf }: Deciders,
  path: Path,
  { people, report }: { readonly people: People; readonly report: Checking["report"] },
): null {
  const without = Object.entries(people.people)
    .filter(([, { manager }]) => manager === null)
    .map(([id]) => id);
  const isNone = without.length === Object.keys(people.people).length;
  // Somebody stands at the top.
  if (isNone || without.length > 1)
    report.add({
      code: "unknown-person",
      severity: isNone ? "error" : "warning",
      message: isNone
        ? "Nobody in people.yaml has a manager, so that nobody could decide."
        : `${inWords(without.slice(0, 5))} have no manager in people.yaml: nobody could decide where one of them is the ${managerOf}.`,
      mend: "Write manager: with each person there.",
      path,
    });
  return null;
}

type Staffed = {
  readonly chain: Chain;
  readonly stage: Stage;
  readonly at: number;
  readonly own: readonly string[];
  /** How many may decide by here, at this stage or one before. */
  readonly together: number;
};

function checkEnough(
  { chain, stage, at, own, together }: Staffed,
  path: Path,
  checking: Checking,
): void {
  const { report, map, people } = checking;
  const { need } = stage;
  if (need > own.length)
    return report.add({
      code: "impossible-limit",
      message: `${need} people must allow it, and only ${own.length} may decide: ${inWords(own)}.`,
      mend: "Ask more people under from, or lower need.",
      path: [...path, "need"],
    });
  const owners = Object.values(map.requests).map(({ owner }) => people?.meant(owner) ?? []);
  const isOwned = owners.length > 0 && chain.not.includes("owner");
  if (isOwned && owners.every((group) => own.every((person) => group.includes(person))))
    return report.add({
      code: "impossible-limit",
      message: `Everybody who may decide owns the requests, and the chain leaves owners out.`,
      mend: "Ask others under from, or take owner out of not.",
      path: ["approvals", chain.name, "not"],
    });
  const before = chain.stages.slice(0, at).reduce((sum, earlier) => sum + earlier.need, 0);
  const isLate = stage.isDistinct && together < need + before && at > 0;
  const leavesNone =
    chain.not.includes("requester") && own.length === need && at === 0 && !escalates(chain);
  if (!isLate && !leavesNone) return;
  report.add({
    code: "advice",
    severity: "warning",
    message: isLate
      ? `${before + need} different people must allow it by here, and only ${together} may decide: ${inWords(own)}.`
      : `Where ${inWords(own)} ${own.length === 1 ? "asks" : "ask"} for it, nobody is left to decide: who asks may not.`,
    mend: "Ask more people under from, or say on_timeout: [{escalate: …}].",
    path: [...path, FROM],
  });
}

function escalates({ onTimeout }: Chain): boolean {
  return onTimeout.some(({ kind }) => kind === "escalate");
}

function checkTimes(chain: Chain, path: Path, checking: Checking): void {
  const { report } = checking;
  const hasTime = chain.stages.some(({ due }) => due !== null);
  if (!hasTime && (chain.onTimeout.length > 0 || chain.remind.length > 0))
    report.add({
      code: "advice",
      severity: "warning",
      message: "It says what follows when the time has passed, and no time is said.",
      mend: "Write due: 4 working hours, for example.",
      path: [...path, chain.onTimeout.length > 0 ? "on_timeout" : "remind"],
      key: true,
    });
  chain.onTimeout.forEach((step, at) => {
    const spot = [...path, "on_timeout", at];
    if (step.kind === "escalate") checkDeciders(step.to, [...spot, "escalate"], checking);
    else if (at < chain.onTimeout.length - 1)
      report.add({
        code: "wrong-value",
        message: "What stands behind reject never comes: it is rejected then.",
        mend: "Put reject last, or take it out: at the end it is rejected in any case.",
        path: spot,
      });
  });
}

/** What may be changed is an argument of something that this chain decides on. */
function checkEdits({ edit, name }: Chain, path: Path, checking: Checking): void {
  if (!areRulesWhole(checking)) return;
  const { map, report } = checking;
  const asking = map.rules.filter(
    ({ follows }) => follows.kind === "approve" && follows.chain === name,
  );
  const meant = asking.every(({ tools }) => tools !== null)
    ? asking.flatMap(({ tools }) => tools ?? [])
    : Object.keys(map.tools);
  const known = [
    ...new Set(
      meant.flatMap((tool) => Object.keys(propertiesOf(ownOf(map.tools, tool)?.args ?? {}))),
    ),
  ];
  if (known.length === 0) return;
  for (const arg of Object.keys(edit))
    if (!known.includes(arg.split(".")[0] ?? ""))
      report.add({
        code: "wrong-value",
        message: `Nothing that this chain decides on has an argument "${arg}".`,
        mend: suggestion(arg, known, "Arguments"),
        path: [...path, "edit", arg],
        key: true,
      });
}
