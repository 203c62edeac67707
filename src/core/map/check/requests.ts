import type { Report } from "../../definition/index.ts";
import { suggestion } from "../../expression/index.ts";
import { ownOf } from "../../own.ts";
import { propertiesOf } from "../tool-args.ts";
import type { RequestType } from "../work-map.ts";
import { type Checking, namesSaid, unknownName } from "./checking.ts";
import { mayBeUsed } from "./may-be-used.ts";

/** Each type of request has a workflow, an owner, and tools that somebody may use for it. */
export function checkRequests(checking: Checking): void {
  const { map, report } = checking;
  for (const request of Object.values(map.requests)) {
    checkWorkflow(request, checking);
    checkOwner(request, checking);
    checkCase(request, checking);
    checkToolsFor(request, checking);
    checkTimes(request, report);
    checkChainTimes(request, checking);
  }
  checkExamples(checking);
  checkExceptions(checking);
}

function checkWorkflow({ name, workflow }: RequestType, checking: Checking): void {
  const { workflows, broken, report } = checking;
  if (workflow === "")
    report.add({
      code: "missing-key",
      message: `Nothing does a request of the type "${name}": "workflow" is missing.`,
      mend: "Write workflow: the name of the workflow that does it.",
      path: ["requests", name],
      key: true,
    });
  else if (workflows === null || Object.hasOwn(workflows, workflow)) return;
  else if (broken.includes(workflow))
    report.add({
      code: "broken-workflow",
      message: `Something is wrong with the workflow "${workflow}".`,
      mend: `See: muster check ${workflow}`,
      path: ["requests", name, "workflow"],
    });
  else
    report.add({
      code: "unknown-workflow",
      message: `There is no workflow "${workflow}".`,
      mend: suggestion(workflow, Object.keys(workflows), "Workflows"),
      path: ["requests", name, "workflow"],
    });
}

function checkOwner({ name, owner }: RequestType, checking: Checking): void {
  const { map, report } = checking;
  if (owner !== "") return reportWho(owner, ["requests", name, "owner"], checking);
  const falls = map.exceptions.owner;
  report.add({
    code: "missing-key",
    severity: falls === "" ? "error" : "warning",
    message:
      falls === ""
        ? `Nobody owns requests of the type "${name}".`
        : `Nobody owns requests of the type "${name}": they fall to "${falls}", who owns exceptions.`,
    mend: "Write owner: a person, a team or a role of people.yaml.",
    path: ["requests", name],
    key: true,
  });
}

/** A name that is nobody's; without people.yaml nobody knows. */
export function reportWho(
  name: string,
  path: readonly (string | number)[],
  { people, report }: Pick<Checking, "people" | "report">,
): void {
  if (people === null || people.meant(name).length > 0) return;
  report.add({
    code: "unknown-person",
    message: `Nobody is called "${name}" in people.yaml.`,
    mend: `${suggestion(name, people.names, "People, teams and roles")} Or add them there.`,
    path,
  });
}

/** What every request has, whatever comes beside it. */
const OF_EVERY_REQUEST = ["requester", "channel"];

const FROM_REQUEST = /^request\.([A-Za-z_]\w*)$/;

function checkCase(request: RequestType, { map, report }: Checking): void {
  const facts = map.facts["request"];
  const known =
    facts === undefined
      ? null
      : [...Object.keys(propertiesOf(facts as never)), ...OF_EVERY_REQUEST];
  const { name, subject } = request;
  for (const [binding, from] of Object.entries(request.case)) {
    const field = FROM_REQUEST.exec(from)?.[1];
    const path = ["requests", name, "case", binding];
    if (field === undefined)
      report.add({
        code: "wrong-value",
        message: `"${from}" is nothing of a request.`,
        mend: `Write ${binding}: request.${binding}.`,
        path,
      });
    else if (known !== null && !known.includes(field))
      report.add({ ...unknownField(field, known), path });
  }
  const bindings = Object.keys(request.case);
  if (subject !== null && !bindings.includes(subject))
    report.add({
      code: "wrong-value",
      message: `"${subject}" is nothing that a case of this type is bound to.`,
      mend: suggestion(subject, bindings, "What it is bound to"),
      path: ["requests", name, "subject"],
    });
}

function unknownField(
  field: string,
  known: readonly string[],
): { readonly code: "wrong-value"; readonly message: string; readonly mend: string } {
  return {
    code: "wrong-value",
    message: `facts.request has no "${field}".`,
    mend: suggestion(field, known, "Fields"),
  };
}

function checkToolsFor({ name, tools }: RequestType, { map, said, report }: Checking): void {
  const known = namesSaid(said, "tools");
  tools?.forEach((tool, at) => {
    const path = ["requests", name, "tools", at];
    if (!known.includes(tool)) report.add({ ...unknownName("tool", tool, known), path });
    else if (
      !Object.values(map.agents).some((grant) => mayBeUsed(map, grant, { tool, request: name }))
    )
      report.add({
        code: "advice",
        severity: "warning",
        message: `No agent may use the tool "${tool}" for requests of the type "${name}".`,
        mend: "Grant it to one under agents, or take it out.",
        path,
      });
  });
}

function checkTimes({ name, sla }: RequestType, report: Report): void {
  const { respond, resolve } = sla;
  if (respond === null || resolve === null) return;
  if (respond.isWorking !== resolve.isWorking || respond.ms <= resolve.ms) return;
  report.add({
    code: "impossible-limit",
    severity: "warning",
    message: "It is to be over before the first answer is due.",
    mend: "Give resolve at least as long as respond.",
    path: ["requests", name, "sla", "resolve"],
  });
}

/** People who decide may take longer than the request may: each stage to its deadline, and who comes after it. */
function checkChainTimes(request: RequestType, { map, report }: Checking): void {
  const { name, sla } = request;
  if (sla.resolve === null) return;
  const tools = Object.keys(map.tools).filter((tool) =>
    Object.values(map.agents).some((grant) => mayBeUsed(map, grant, { tool, request: name })),
  );
  const asked = map.rules.flatMap(({ follows, isShadow, tools: meant }) =>
    follows.kind === "approve" && !isShadow && meant?.some((tool) => tools.includes(tool)) === true
      ? [follows.chain]
      : [],
  );
  for (const chain of new Set(asked)) {
    const longest = ownOf(map.approvals, chain)
      ?.stages.map(({ due }) => due)
      .filter((due) => due !== null);
    // Working time passes no faster than the clock; the other way round nothing is told.
    const told = longest?.filter(({ isWorking }) => isWorking || sla.resolve?.isWorking === false);
    const ms = (told ?? []).reduce((sum, due) => sum + due.ms, 0);
    if (ms <= sla.resolve.ms) continue;
    report.add({
      code: "impossible-limit",
      severity: "warning",
      message: `Who decides by the chain "${chain}" may take longer than a request of the type "${name}" may take as a whole.`,
      mend: `Give resolve more time, or "${chain}" an earlier due.`,
      path: ["requests", name, "sla", "resolve"],
    });
  }
}

/** The same words cannot tell two types apart. */
function checkExamples({ map, report }: Checking): void {
  const seen = new Map<string, string>();
  for (const { name, examples } of Object.values(map.requests))
    examples.forEach((text, at) => {
      const words = text.trim().toLowerCase();
      const other = seen.get(words);
      if (other !== undefined && other !== name)
        report.add({
          code: "duplicate",
          severity: "warning",
          message: `This is also an example of "${other}", so that it tells nothing apart.`,
          mend: "Keep it with one of the two.",
          path: ["requests", name, "examples", at],
        });
      seen.set(words, name);
    });
}

function checkExceptions(checking: Checking): void {
  const { map, report } = checking;
  const { owner } = map.exceptions;
  if (owner !== "") return reportWho(owner, ["exceptions", "owner"], checking);
  if (Object.keys(map.tools).length === 0) return;
  report.add({
    code: "missing-key",
    severity: "warning",
    message: "Nobody owns what fails or is in doubt.",
    mend: "Write exceptions: {owner: …}, with a person, a team or a role.",
    path: [],
  });
}
