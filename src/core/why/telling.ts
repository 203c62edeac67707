import type { Envelope } from "../audit/index.ts";
import { ERASED } from "../audit/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { nameActions, named, permitted, voteLines } from "./permitted.ts";
import type { About, Telling, Told, WhyItem, WhyLine } from "./why.ts";

/** Characters of one value; what is longer is cut. */
const VALUE_CHARACTERS_MOST = 200;
const QUOTE_CHARACTERS_MOST = 2_000;

/** How each event reads, by its type. What is not here says nothing that the seven ask. */
export const TELLING: Readonly<Record<string, Telling>> = {
  // 1  What came, and how
  "request.received": ({ data }) =>
    told(
      "source",
      `${text(data["source"])} ${text(data["requester"])} by ${text(data["channel"])}, believed as ${text(data["trust"])}`,
      {
        more: attachmentsOf(data["attachments"]),
        quoted: cut(text(data["text"]), QUOTE_CHARACTERS_MOST),
      },
    ),
  "request.typed": ({ data, actor }) =>
    told(
      "source",
      `is a ${text(data["as"])}: ${text(data["how"])} by ${actor.id}; ${text(data["owner"])} owns it`,
    ),
  "request.bound": ({ data }) => told("source", `is about ${pairs(data["bindings"])}`),
  "request.unbound": ({ data }) =>
    told("source", `waits: it does not say ${words(data["missing"]) || text(data["why"])}`),
  "message.received": ({ data }) =>
    told("source", `${text(data["requester"])} wrote by ${text(data["channel"])}`, {
      quoted: cut(text(data["text"]), QUOTE_CHARACTERS_MOST),
    }),
  "run.accepted": ({ data, actor, stream }) =>
    told("source", `${stream} runs ${text(data["workflow"])}, started by ${actor.id}`, {
      more: [
        ...(text(data["map"]) === "" ? [] : [`map ${text(data["map"]).slice(0, MAP_SHOWN)}`]),
        ...lines({ params: data["params"] }),
      ],
    }),
  // 2  What data was used
  "tool.finished": ({ data, stream }, { names }) => {
    const read = data["read"];
    if (data["outcome"] === "failed")
      return told(
        "exceptions",
        `${named(names, stream, data["key"])} failed: ${errorOf(data["error"])}`,
        { isGrave: true },
      );
    if (!isObject(read)) return null;
    const { system, entity, ids, fields, rows } = read;
    return told(
      "data",
      `${[text(system), text(entity), words(ids)].filter((one) => one !== "").join(" ")}: ${words(fields) || "all fields"}`,
      {
        more: [
          `${text(rows)} ${rows === 1 ? "row" : "rows"}, by ${named(names, stream, data["key"])}`,
        ],
      },
    );
  },
  "data.denied": ({ data }) =>
    told(
      "data",
      `${text(data["dropped"])} rows of ${text(data["system"])} ${text(data["entity"])} lay outside of the case and were not given`,
      { isGrave: true },
    ),
  "fact.recorded": ({ data }, { read }) =>
    told(
      "data",
      `${text(data["name"])} is ${cut(json(read(data["value"])), VALUE_CHARACTERS_MOST)}, from ${text(data["source"])}`,
    ),
  // 3  Who did what
  "step.started": agentBegins,
  "attempt.started": agentBegins,
  "step.finished": ({ data, step: path }, { read }) => {
    if (data["outcome"] === "failed")
      return told("exceptions", `"${path}" failed: ${errorOf(data["error"])}`, { isGrave: true });
    if (data["output"] === undefined) return null;
    return told(
      "agents",
      `"${path}" gave ${cut(inWords(read(data["output"])), VALUE_CHARACTERS_MOST)}`,
    );
  },
  "task.claimed": ({ data, step }) => told("agents", `${text(data["person"])} took "${step}"`),
  "case.handed": ({ data, actor }) =>
    told("agents", `${actor.id} handed the case to ${text(data["to"])}: ${text(data["why"])}`),
  "message.sent": ({ data }) =>
    told(
      "writes",
      `message to ${text(data["recipient"])} by ${text(data["channel"])}, from ${text(data["source"])}`,
      {
        quoted: cut(text(data["text"]), QUOTE_CHARACTERS_MOST),
      },
    ),
  // 4  Which rules spoke
  "tool.judged": (event, { names }) => {
    const { data, stream, seq } = event;
    names.set(`${stream} ${seq}`, text(data["tool"]));
    const rules = list(data["rules"])
      .filter(isObject)
      .filter(({ holds }) => holds !== "false");
    const checks = list(data["checks"])
      .filter(isObject)
      .filter(({ verdict }) => verdict === "ask" || verdict === "deny");
    return told(
      "rules",
      `${text(data["agent"])} wanted ${text(data["tool"])} (level ${text(data["level"])}): ${text(data["verdict"])}`,
      {
        more: [
          text(data["why"]),
          ...rules.map(ruleLine),
          ...checks.map(({ check, why }) => `check ${text(check)}: ${text(why)}`),
          `map ${text(data["map"]).slice(0, MAP_SHOWN)}`,
        ].filter((line) => line !== ""),
        ...(data["verdict"] === "deny" ? { isGrave: true as const } : {}),
      },
    );
  },
  "rule.acted": ({ data }) =>
    told("rules", `${text(data["condition"])}: ${text(data["action"])}. ${text(data["why"])}`),
  // 5  Who approved what
  "gate.opened": gateOpens,
  "gate.edited": ({ data, actor, stream }, { names }) => {
    nameActions(names, stream, data["gate"]);
    return told(
      "approval",
      `${actor.id} changed it: ${pairs(data["changes"])}. ${text(data["reason"])}`,
    );
  },
  "gate.voted": ({ data, stream }, { names }) =>
    told(
      "approval",
      `${text(data["voter"])}${data["for"] === undefined ? "" : `, in the place of ${text(data["for"])},`} ${data["allow"] === true ? "allowed" : "denied"} ${named(names, stream, data["key"])}`,
      {
        more: voteLines(names, stream, data),
        ...(data["allow"] === true ? {} : { isGrave: true as const }),
      },
    ),
  "gate.escalated": ({ data }) =>
    told("approval", `nobody had decided in time: ${text(data["to"])} was asked`),
  "gate.overridden": ({ data }) =>
    told(
      "approval",
      `${text(data["voter"])} broke the glass and decided alone: ${text(data["reason"])}`,
      { isGrave: true },
    ),
  "gate.closed": ({ data, stream }, { names }) =>
    told(
      "approval",
      `${named(names, stream, data["key"])} was ${data["allowed"] === true ? "allowed" : "not allowed"}${text(data["why"]) === "" ? "" : `: ${text(data["why"])}`}`,
      { more: permitted(names, stream, data) },
    ),
  "gate.consumed": ({ data, stream }, { names }) =>
    told("approval", `the approval of ${named(names, stream, data["key"])} was used up`),
  "gate.voided": ({ data }) =>
    told("approval", `what was allowed holds no more: ${text(data["why"])}`, { isGrave: true }),
  // 6  What was written, and where
  "writeback.committed": ({ data, stream }, { names }) => {
    const { system, entity, id, reference } = data;
    return told(
      "writes",
      `${text(system)} ${text(entity)} ${text(id)}, by ${named(names, stream, data["key"])}`,
      {
        more: lines({ reference, affected: data["affected"] }),
      },
    );
  },
  "writeback.failed": ({ data, stream }, { names }) =>
    told(
      "writes",
      `${named(names, stream, data["key"])} wrote nothing: ${errorOf(data["error"])}`,
      { isGrave: true },
    ),
  "writeback.unknown": ({ data, stream }, { names }) =>
    told(
      "writes",
      `nobody knows whether ${named(names, stream, data["key"])} wrote: ${errorOf(data["error"])}`,
      { isGrave: true },
    ),
  "writeback.verified": ({ data, stream }, { names }) =>
    told(
      "writes",
      `looked at again: ${named(names, stream, data["key"])} ${data["ok"] === true ? "is as it should be" : `is not as it should be ${text(data["why"])}`}`,
      data["ok"] === true ? {} : { isGrave: true },
    ),
  // 7  What went wrong, and who repaired it
  "exception.raised": ({ data, step }) =>
    told("exceptions", `"${step}": ${errorOf(data["error"])} ${text(data["owner"])} was asked`, {
      isGrave: true,
      more: [text(data["look"])],
    }),
  "exception.closed": ({ data, actor, step }) =>
    told(
      "exceptions",
      `${actor.id} repaired "${step}": ${text(data["how"])}${data["why"] === undefined ? "" : `, ${text(data["why"])}`}`,
    ),
  "step.held": ({ data, actor, step }) =>
    told("exceptions", `${actor.id} took "${step}" over: ${text(data["why"])}`),
  "step.released": ({ data, actor, step }) =>
    told("exceptions", `${actor.id} handed "${step}" back: ${text(data["why"])}`),
  "attempt.ended": ({ data, step }) =>
    told(
      "exceptions",
      `an attempt at "${step}" ${text(data["outcome"])}: ${errorOf(data["error"])}`,
    ),
  "issue.opened": ({ data }) =>
    told("exceptions", `${text(data["text"])} ${text(data["owner"])} owns it`, { isGrave: true }),
  "issue.closed": ({ data, actor }) =>
    told("exceptions", `${actor.id} closed it: ${text(data["why"])}`),
  "run.refused": ({ data }) =>
    told("exceptions", `${text(data["run"])} could not begin: ${text(data["why"])}`, {
      isGrave: true,
    }),
};

function told(
  item: WhyItem,
  line: string,
  more: Partial<Omit<WhyLine, "at" | "event" | "text">> = {},
): Told {
  return [item, { text: line.trim(), more: [], ...more }];
}

function agentBegins(event: Envelope, about: About): Told | null {
  const { data, step } = event;
  if (isObject(data["gate"])) return gateOpens(event, about);
  const attempt = isObject(data["attempt"]) ? data["attempt"] : data;
  const agent = text(attempt["agent"]);
  if (agent === "") return null;
  const chosen = text(attempt["chosen"]);
  return told("agents", `${agent} began "${step}"${chosen === "" ? "" : `, since ${chosen}`}`);
}

function gateOpens({ data, stream, seq }: Envelope, { names }: About): Told | null {
  const gate = data["gate"];
  if (!isObject(gate)) return null;
  names.set(`${stream} ${seq}`, `"${text(gate["ask"])}"`);
  nameActions(names, stream, gate);
  const chain = text(gate["chain"]);
  return told(
    "approval",
    `asked ${words(gate[`from`]) || "anyone who may act on the run"}: "${text(gate["ask"])}"`,
    {
      more: [
        chain === "" ? "" : `chain ${chain}, ${text(gate["need"])} of them`,
        ...pairsOf(gate["show"]),
      ].filter((line) => line !== ""),
    },
  );
}

function ruleLine(rule: JsonObject): string {
  const how = rule["holds"] === "true" ? "" : ` (${text(rule["holds"])})`;
  const leaves = words(rule["leaves"]);
  return `rule ${text(rule["rule"])}${how} ${text(rule["follows"])}: ${text(rule["because"])}${leaves === "" ? "" : ` [${leaves}]`}`;
}

function attachmentsOf(value: Json | undefined): readonly string[] {
  return list(value)
    .filter(isObject)
    .map(({ name, bytes }) => `attached: ${text(name)}, ${text(bytes)} bytes`);
}

function errorOf(error: Json | undefined): string {
  return isObject(error) ? `${text(error["kind"])}: ${text(error["message"])}` : text(error);
}

function lines(of: Readonly<Record<string, Json | undefined>>): readonly string[] {
  return Object.entries(of).flatMap(([name, value]) =>
    value === undefined || json(value) === "{}"
      ? []
      : [`${name}: ${cut(inWords(value), VALUE_CHARACTERS_MOST)}`],
  );
}

function pairsOf(value: Json | undefined): readonly string[] {
  return isObject(value) ? lines(value) : [];
}

function pairs(value: Json | undefined): string {
  if (!isObject(value)) return json(value ?? null);
  if (Object.hasOwn(value, ERASED)) return ERASED;
  return Object.entries(value)
    .map(([name, one]) => `${name} ${json(one)}`)
    .join(", ");
}

function words(value: Json | undefined): string {
  return Array.isArray(value) ? value.map((one) => json(one as Json)).join(", ") : "";
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function text(value: Json | undefined): string {
  return value === undefined || value === null ? "" : json(value);
}

function json(value: Json): string {
  if (isObject(value) && Object.hasOwn(value, ERASED)) return ERASED;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Of a version of the map: enough to tell it from others. */
const MAP_SHOWN = 19;

/** A value as people read it: "order_id 1094, amount 248". What a tool gave is not told twice, as a list and by its fields. */
function inWords(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? "nothing" : value.map(inWords).join("; ");
  if (!isObject(value) || Object.hasOwn(value, ERASED)) return json(value);
  const names = Object.keys(value);
  const { result } = value;
  const isTwice = names.length > 1 && Array.isArray(result) && result.length === 1;
  const shown = isTwice ? names.filter((name) => name !== "result") : names;
  return shown.map((name) => `${name} ${within(value[name] ?? null)}`).join(", ") || "nothing";
}

function within(value: Json): string {
  if (value === null) return "nothing";
  return typeof value === "object" && !Object.hasOwn(value, ERASED)
    ? `(${inWords(value)})`
    : json(value);
}

function cut(value: string, most: number): string {
  return value.length <= most ? value : `${value.slice(0, most - 1)}…`;
}
