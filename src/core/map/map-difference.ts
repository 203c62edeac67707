import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import { type PolicyRule, ruleChanges, ruleWhole } from "../rules/index.ts";
import { LEVELS, type WorkMap } from "./work-map.ts";

/** One thing that is another in a later version of a map. */
export type MapDifference = {
  /** `person` of people.yaml, `file` of what stands beside the map. */
  readonly part: Part | "person" | "file";
  readonly name: string;
  readonly kind: "added" | "removed" | "changed";
  /** For people: what it is now, and what it was. */
  readonly words: string;
  /** It may let more through than before, or ask fewer: somebody should look at it. */
  readonly isWider: boolean;
};

type Part =
  | "system"
  | "tool"
  | "agent"
  | "request"
  | "rule"
  | "approval"
  | "table"
  | "intake"
  | "exceptions"
  | "publishing"
  | "calendar"
  | "facts";

/** What is another in `to`, part by part, in the order of the map. */
export function differencesOf(from: WorkMap, to: WorkMap): readonly MapDifference[] {
  return [
    ...between("system", from.systems, to.systems),
    ...between("tool", from.tools, to.tools),
    ...between("agent", from.agents, to.agents),
    ...between("request", from.requests, to.requests),
    ...rulesBetween(byId(from.rules), byId(to.rules)),
    ...between("table", from.tables, to.tables),
    ...between("approval", from.approvals, to.approvals),
    ...between("intake", from.intake, to.intake),
    ...alone("exceptions", from.exceptions, to.exceptions),
    ...alone("publishing", from.publishing, to.publishing),
    ...alone("facts", from.facts, to.facts),
    ...alone("calendar", from.calendar, to.calendar),
  ];
}

type Named<Value> = Readonly<Record<string, Value>>;

function byId<Value extends { readonly id: string }>(values: readonly Value[]): Named<Value> {
  return Object.fromEntries(values.map((value) => [value.id, value]));
}

function between<Value>(
  part: Part,
  from: Named<Value>,
  to: Named<Value>,
): readonly MapDifference[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name): readonly MapDifference[] => {
    const [was, is] = [ownOf(from, name), ownOf(to, name)];
    if (was === undefined) return [whole(part, name, "added")];
    if (is === undefined) return [whole(part, name, "removed")];
    const [before, after] = [plain(was), plain(is)];
    return fieldsOf(before, after).map(
      (field): MapDifference => ({
        part,
        name,
        kind: "changed",
        words: changeOf(field, ownOf(before, field), ownOf(after, field)),
        isWider: isWider(part, field, { before, after }),
      }),
    );
  });
}

/** Rules are told in words: what follows, where, and what that was before. */
function rulesBetween(from: Named<PolicyRule>, to: Named<PolicyRule>): readonly MapDifference[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name): readonly MapDifference[] => {
    const [was, is] = [ownOf(from, name), ownOf(to, name)];
    const part = "rule" as const;
    if (was === undefined || is === undefined) {
      const kind = was === undefined ? "added" : "removed";
      const rule = was ?? is;
      return rule === undefined ? [] : [{ part, name, kind, ...ruleWhole(rule, kind) }];
    }
    return ruleChanges(was, is).map((change) => ({ part, name, kind: "changed", ...change }));
  });
}

function whole(part: Part, name: string, kind: "added" | "removed"): MapDifference {
  const isWider = kind === "added" && part === "agent";
  return { part, name, kind, words: kind === "added" ? "is new" : "is no longer there", isWider };
}

function alone(part: Part, was: object, is: object): readonly MapDifference[] {
  return between(part, { [part]: was }, { [part]: is });
}

/** As JSON: what is compiled is left out, and a condition is its text. */
function plain(value: unknown): JsonObject {
  const json = JSON.parse(JSON.stringify(value)) as Json;
  const fields =
    typeof json === "object" && json !== null && !Array.isArray(json) ? json : { is: json };
  const { where: _where, name: _name, ...kept } = fields as JsonObject;
  return kept;
}

/** Fields that are another; a digest only where nothing else is, since it stands for all of it. */
function fieldsOf(before: JsonObject, after: JsonObject): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const other = names.filter(
    (name) => JSON.stringify(ownOf(before, name)) !== JSON.stringify(ownOf(after, name)),
  );
  const told = other.filter((name) => name !== "digest");
  return told.length > 0 ? told : other;
}

type Both = { readonly before: JsonObject; readonly after: JsonObject };

/** What lets more through, as far as it can be told from the fields. */
function isWider(part: Part, field: string, { before, after }: Both): boolean {
  const [was, is] = [ownOf(before, field), ownOf(after, field)];
  switch (part) {
    case "tool":
      return toolIsWider(field, was, is);
    case "agent":
      return agentIsWider(field, was, is);
    case "approval":
      // Who decides is another, or there is a way around it.
      return ["stages", "not", "bulk", "breakGlass", "edit"].includes(field);
    case "intake":
      return is !== "untrusted";
    case "publishing":
      // Fewer people, or others, change all the rest.
      return true;
    case "system":
    case "request":
    case "table":
    case "exceptions":
    case "calendar":
    case "facts":
    // Rules are told by themselves.
    case "rule":
      return false;
  }
}

/** A tool of a lower level may be used by more agents. */
function toolIsWider(field: string, was: Json | undefined, is: Json | undefined): boolean {
  if (field === "level") return rank(is) < rank(was);
  // What holds a call back is another: whether it lets more through nobody can tell from the words.
  if (HOLDING.has(field)) return true;
  return field === "scope" && JSON.stringify(is).length < JSON.stringify(was).length;
}

/** Fields of a tool that hold its calls back. */
const HOLDING: ReadonlySet<string> = new Set([
  "precondition",
  "deciding",
  "destinations",
  "limits",
  "isUntrusted",
  "takesPersonal",
]);

function agentIsWider(field: string, was: Json | undefined, is: Json | undefined): boolean {
  if (field === "level") return rank(is) > rank(was);
  if (field === "tools") return hasMore(was, is);
  if (field === "requests") return is === null || hasMore(was, is);
  return field === "only";
}

function rank(level: Json | undefined): number {
  return LEVELS.findIndex((one) => one === level);
}

function hasMore(was: Json | undefined, is: Json | undefined): boolean {
  if (!Array.isArray(is)) return false;
  const known: readonly Json[] = Array.isArray(was) ? was : [];
  return Array.isArray(was) && is.some((one: Json) => !known.includes(one));
}

/** Of a list of names what came and what went; of all else what it was and what it is. */
function changeOf(field: string, was: Json | undefined, is: Json | undefined): string {
  if (!areNames(was) || !areNames(is)) return `${field}: ${shown(was)} → ${shown(is)}`;
  const came = is.filter((one) => !was.includes(one));
  const went = was.filter((one) => !is.includes(one));
  if (came.length + went.length === 0) return `${field}: in another order`;
  return `${field}: ${[
    ...(came.length === 0 ? [] : [`also ${came.join(", ")}`]),
    ...(went.length === 0 ? [] : [`no longer ${went.join(", ")}`]),
  ].join("; ")}`;
}

function areNames(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

const SHOWN_CHARACTERS_MOST = 120;

/** A condition, and a sentence, is what somebody wrote. */
function wordsOf(value: Json): string | null {
  if (!isObject(value)) return null;
  const { text, ...rest } = value;
  return typeof text === "string" && Object.keys(rest).length === 0 ? text : null;
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "nothing";
  const text = typeof value === "string" ? value : (wordsOf(value) ?? JSON.stringify(value));
  return text.length > SHOWN_CHARACTERS_MOST ? `${text.slice(0, SHOWN_CHARACTERS_MOST)}…` : text;
}
