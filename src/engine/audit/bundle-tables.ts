import type { Envelope } from "../../core/audit/index.ts";
import type { Digest } from "../../core/id.ts";
import { isObject, type Json } from "../../core/json.ts";

/** What is read off the events of a bundle, for people: the rows of its CSV files, the heads first. */
export type Tables = Readonly<
  Record<"approvals" | "write-backs" | "exceptions" | "roles", Cells[]>
>;
type Cells = readonly (string | number)[];

export function newTables(): Tables {
  return {
    approvals: [["at", "event", "what", "who", "for", "key", "digest", "reason"]],
    "write-backs": [
      ["at", "event", "what", "key", "action", "system", "entity", "id", "reference"],
    ],
    exceptions: [["at", "event", "what", "step", "who", "error"]],
    roles: [["at", "event", "what", "who", "person", "roles", "teams", "manager", "data"]],
  };
}

/** Who might decide from then on, one row for each person: those who are not named might not. */
export function notePeople(
  { roles: rows }: Tables,
  { type, at, id, actor, data }: Envelope,
  contentOf: (digest: Digest) => string | null,
): void {
  if (type !== "people.changed") return;
  const content = contentOf(data["digest"] as Digest);
  const people = content === null ? {} : (JSON.parse(content) as Json);
  if (!isObject(people)) return;
  const said = [at, id, type, actor.id];
  const digest = text(data["digest"]);
  if (Object.keys(people).length === 0) rows.push([...said, "", "", "", "", digest]);
  for (const [person, one] of Object.entries(people)) {
    const { roles, teams, manager } = isObject(one) ? one : {};
    rows.push([...said, person, listed(roles), listed(teams), text(manager), digest]);
  }
}

function listed(value: Json | undefined): string {
  return Array.isArray(value) ? value.map((one) => text(one as Json)).join(" ") : "";
}

/** Events that say who may decide what. */
const ROLES = /^(map\.(published|proposed)|delegation\.|kill\.|review\.|key\.|erasure\.|subject\.)/;

export function noteRows(tables: Tables, event: Envelope): void {
  const { type, at, id, data, actor, step } = event;
  if (type.startsWith("gate.")) {
    const gate = isObject(data["gate"]) ? data["gate"] : data;
    const who = text(data["voter"]) || text(data["person"]) || actor.id;
    tables.approvals.push([
      at,
      id,
      type,
      who,
      type === "gate.voted" ? text(data["for"]) : "",
      text(data["key"]),
      text(gate["digest"]),
      text(data["reason"]),
    ]);
  }
  if (type.startsWith("writeback.")) {
    const { key, action, system, entity, reference } = data;
    tables["write-backs"].push([
      at,
      id,
      type,
      text(key),
      text(action),
      text(system),
      text(entity),
      text(data["id"]),
      text(reference),
    ]);
  }
  if (type.startsWith("exception.") || type === "issue.opened" || type === "issue.closed")
    tables.exceptions.push([at, id, type, step, actor.id, text(data["error"] ?? data["why"])]);
  if (ROLES.test(type))
    tables.roles.push([at, id, type, actor.id, "", "", "", "", JSON.stringify(data)]);
}

function text(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function csv(rows: readonly Cells[]): string {
  const cell = (value: string | number): string => {
    const plain = String(value);
    const safe = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
