import { parseCaseId } from "../../core/id.ts";
import { instantOf } from "../../core/instant.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Packet } from "../../core/machine/index.ts";
import { shellWord } from "../../core/shell-word.ts";
import { type Company, type InboxItem, peopleIn, zoneIn } from "../../engine/company/index.ts";
import { type Command, commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { dayAndTime, plain, valueLine, widthOf } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { withRun } from "../with-run.ts";
import { gateLines } from "./evidence-lines.ts";
import { type GateItem, gateIn, gateNamed } from "./gate-item.ts";
import { itemMeant, LAST } from "./last-item.ts";
import { newerAt } from "./newer.ts";
import { SHOWN, showMended } from "./show-mend.ts";
import { withTask } from "./task-item.ts";

const VALUE_COLUMNS_LEAST = 40;

/** `muster inbox show ITEM`: all that a person needs to decide at a gate, to do a task, or to mend what went wrong. */
export async function inboxShow(context: Context, item: string): Promise<number> {
  if (item === LAST) return await showLast(context);
  const { name } = gateNamed(item.includes("/") ? "" : item);
  if (name === "") return await showTask(context, item);
  if (parseCaseId(name) !== null) return await showOfCase(context, item);
  return await withRun(context, { name, perform: false }, async (company, run) => {
    const { key } = gateNamed(item);
    const found = await gateIn(company, run, key);
    if (!("code" in found)) return await showGate(context, company, { run, gate: found });
    const isMeant = (one: InboxItem): boolean =>
      one.run === run && (key === null || one.waiting.key === key);
    return (await showMended(context, company, isMeant)) ?? (await showTask(context, item));
  });
}

async function showOfCase(context: Context, item: string): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const nothing = {
      code: "conflict",
      message: `Nothing waits as ${item}.`,
      mend: "See what waits: muster inbox list",
    } as const;
    const shown = await showMended(context, company, (one) => one.item === item);
    return shown ?? refuse(context, [nothing]);
  });
}

async function showLast(context: Context): Promise<number> {
  let found = "";
  const code = await withCompany(context, { perform: false }, async (company) => {
    const meant = await itemMeant(context, company, { item: LAST, kinds: SHOWN });
    if (typeof meant !== "string") return refuse(context, [meant]);
    found = meant;
    return EXIT.done;
  });
  return found === "" ? code : await inboxShow(context, found);
}

async function showGate(
  context: Context,
  company: Company,
  { run, gate }: GateItem,
): Promise<number> {
  const { answer, json } = context.terminal;
  const { now } = context.surroundings;
  const item = `${run}.${gate.key}`;
  const newer = await newerAt(company, { run, gate });
  if (json) answer.line(JSON.stringify({ item, run, ...gate, newer }));
  else {
    const command = commandIn(context, company.folder);
    const people = peopleIn(company.folder);
    const lines = gateLines(gate, {
      item,
      now: now(),
      zone: zoneIn(company.folder),
      meant: (name) => people?.meant(name) ?? [],
      columns: answer.columns,
      delegations: (await company.governed()).delegations,
      newer,
    });
    for (const [at, line] of lines.entries())
      answer.line(at === 0 ? answer.paint("bold", line) : line);
    const listed = gate.approval.gate.terms?.actions !== undefined;
    const chained = gate.approval.gate.terms !== undefined;
    for (const line of [
      "",
      command(`inbox approve ${item}`),
      ...(listed ? [command(`inbox approve ${item} --only 1,2`)] : []),
      command(`inbox reject ${item} --why WHY`),
      ...(chained ? [command(`inbox ask ${item} QUESTION`)] : []),
    ])
      answer.line(line);
  }
  return EXIT.done;
}

async function showTask(context: Context, item: string): Promise<number> {
  return await withTask(context, { item, perform: false }, async (company, { run, task }) => {
    const packet = await company.task(run, task.key);
    if (packet === null)
      return refuse(context, [
        { code: "conflict", message: `${run}/${task.path} was answered just now.` },
      ]);
    const { answer, json } = context.terminal;
    if (json) answer.line(JSON.stringify({ ...packet, due: dueOf(packet) }));
    else
      for (const line of linesOf(packet, {
        command: commandIn(context, company.folder),
        zone: zoneIn(company.folder),
        columns: answer.columns,
      }))
        answer.line(line);
    return EXIT.done;
  });
}

function dueOf({ due }: Packet): string | null {
  return due === null ? null : instantOf(due);
}

function linesOf(
  packet: Packet,
  {
    command,
    zone,
    columns,
  }: { readonly command: Command; readonly zone: string; readonly columns: number },
): readonly string[] {
  const { name, agent, to, claimed, instructions, inputs, given, after, fault } = packet;
  const { workflow, version, description, params } = packet.context;
  const item = `${packet.run}/${shellWord(packet.step)}`;
  const who = claimed ?? (to.length === 0 ? "anyone who may act on the run" : to.join(" or "));
  const due = packet.due === null ? null : dayAndTime(packet.due, zone);
  const values = (title: string, of: JsonObject): readonly string[] =>
    section(title, valueLines(of, columns));
  return [
    `${plain(name)}  (${item})`,
    `  a task of ${plain(workflow)} ${plain(version)}`.trimEnd(),
    ...(description === "" ? [] : [`  ${plain(description)}`]),
    `  ${plain(agent)}, ${claimed === null ? "for" : "claimed by"} ${plain(who)}${due === null ? "" : `, until ${due}`}`,
    ...(instructions === "" ? [] : section("To do:", indented(instructions))),
    ...(fault === null ? [] : section("Its inputs cannot be made:", indented(fault))),
    ...values("Inputs:", inputs),
    ...values("Params of the run:", params),
    ...values("What earlier steps gave:", given),
    ...(packet.leftOut.length === 0
      ? []
      : [`  and more than is shown: ${packet.leftOut.map(plain).join(", ")}`]),
    ...(after === null ? [] : section("What went wrong before:", indented(after.message))),
    ...section("It asks for:", formLines(packet.form)),
    "",
    command(`inbox answer ${item}${answerWords(packet.form)}`),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function indented(text: string): readonly string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `  ${plain(line)}`);
}

function valueLines(values: JsonObject, columns: number): readonly string[] {
  return Object.entries(values).map(([name, value]) => {
    const lead = `  ${plain(name)}: `;
    return `${lead}${valueLine(value, Math.max(VALUE_COLUMNS_LEAST, columns - widthOf(lead)))}`;
  });
}

function fieldsIn({ properties }: JsonObject): readonly (readonly [string, Json])[] {
  return isObject(properties) ? Object.entries(properties) : [];
}

function formLines(form: JsonObject): readonly string[] {
  const fields = fieldsIn(form);
  if (fields.length === 0) return ["  whatever you have to say, as field=value"];
  return fields.map(([name, schema]) => {
    const { title, description } = isObject(schema) ? schema : {};
    const said = typeof description === "string" ? `, ${description}` : "";
    return `  ${plain(name)}: ${plain(typeof title === "string" ? title : "any")}${plain(said)}`;
  });
}

function answerWords(form: JsonObject): string {
  const fields = fieldsIn(form);
  if (fields.length === 0) return " field=value";
  return fields.map(([name]) => ` ${shellWord(name)}=…`).join("");
}
