import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Json, JsonObject } from "../../src/core/json.ts";

/** Conversations of a shop whose right calls are recorded, with what each changes. Beside the project, not in it. */
const FOLDER = resolve(import.meta.dirname, "../../../shared/data/retail");
const ELSEWHERE = process.env["MUSTER_RETAIL_DATA"];

export type Step = {
  readonly name: string;
  readonly arguments: JsonObject;
  readonly ok: boolean;
  readonly result?: Json;
  readonly tool_type: string;
  readonly db_diff: readonly Change[];
};
export type Change = {
  readonly op: string;
  readonly path: readonly (string | number)[];
  readonly after?: Json;
};
export type Task = {
  readonly task_id: string;
  readonly steps: readonly Step[];
  readonly db_diff: readonly Change[];
};
export type Records = Record<string, Record<string, JsonObject>>;

/** null: the data is not here, which is said loudly. */
export function recorded(): { readonly base: Records; readonly tasks: readonly Task[] } | null {
  const folder = ELSEWHERE ?? FOLDER;
  if (!existsSync(resolve(folder, "expected.jsonl"))) {
    console.error(
      `\n!!! There is no ${folder}: the recorded conversations of a shop WERE NOT REPLAYED.\n!!! mend: name it by MUSTER_RETAIL_DATA\n`,
    );
    return null;
  }
  const text = (file: string): string => readFileSync(resolve(folder, file), "utf8");
  const lines = text("expected.jsonl").trim().split("\n");
  return { base: JSON.parse(text("db.json")), tasks: lines.map((line) => JSON.parse(line)) };
}

/** The shop as it is before the first call. */
export function makeShop(file: string, base: Records): void {
  const db = new DatabaseSync(file);
  db.exec(`pragma journal_mode = wal;
    create table base (kind text, id text, body text, primary key (kind, id));
    create table world (task text, kind text, id text, body text, primary key (task, kind, id));
    create table users (what text, word text, user_id text);
    create table items (id text primary key, body text);
    create table done (key text primary key, task text, tool text, args text, reply text);
    begin`);
  const record = db.prepare("insert into base values (?, ?, ?)");
  for (const [kind, all] of Object.entries(base))
    for (const [id, body] of Object.entries(all)) record.run(kind, id, JSON.stringify(body));
  const user = db.prepare("insert into users values (?, ?, ?)");
  for (const [id, body] of Object.entries(base["users"] ?? {})) {
    const { email, name, address } = body as unknown as User;
    user.run("email", email.toLowerCase(), id);
    user.run("name", `${name.first_name} ${name.last_name} ${address.zip}`.toLowerCase(), id);
  }
  const item = db.prepare("insert into items values (?, ?)");
  for (const { variants } of Object.values(base["products"] ?? {}) as unknown as Product[])
    for (const [id, variant] of Object.entries(variants)) item.run(id, JSON.stringify(variant));
  db.exec("commit");
  db.close();
}

type User = {
  readonly email: string;
  readonly name: { readonly first_name: string; readonly last_name: string };
  readonly address: { readonly zip: string };
};
type Product = { readonly variants: Readonly<Record<string, JsonObject>> };

/** Whose conversation it is: who was found, else whose order or profile is looked at. */
export function userOf({ steps }: Task, base: Records): string {
  for (const { name, ok, result, arguments: args } of steps) {
    if (name.startsWith("find_user") && ok && typeof result === "string") return result;
    if (typeof args["user_id"] === "string") return args["user_id"];
    const order = base["orders"]?.[textIn(args, "order_id")];
    if (order !== undefined) return textIn(order, "user_id");
  }
  return "nobody";
}

/** The records of a task's world, as they are and as they are to be. */
export function worldsOf(
  file: string,
  { task_id, db_diff }: Task,
  base: Records,
): { readonly is: Records; readonly wanted: Records } {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare("select kind, id, body from world where task = ?").all(task_id);
  db.close();
  const is: Records = {};
  for (const { kind, id, body } of rows)
    (is[String(kind)] ??= {})[String(id)] = JSON.parse(String(body));
  const wanted: Records = {};
  for (const { path, after } of db_diff) {
    const [, kind = "", id = "", ...rest] = path.map(String);
    const of = (wanted[kind] ??= {});
    of[id] ??= structuredClone(base[kind]?.[id] ?? {});
    let here = of[id] as Record<string, Json>;
    for (const part of rest.slice(0, -1)) here = here[part] as Record<string, Json>;
    here[rest.at(-1) ?? ""] = after ?? null;
  }
  return { is, wanted };
}

/** Calls that nobody may make in these tasks: another customer's records, and what the policy forbids. */
export function forbiddenIn(base: Records, users: readonly string[]): readonly Call[] {
  const orders = Object.values(base["orders"] ?? {});
  const theirs = orders.filter(
    ({ user_id }) => !users.includes(textIn({ user_id: user_id ?? null }, "user_id")),
  );
  const pending = textIn(
    theirs.find(({ status }) => status === "pending"),
    "order_id",
  );
  const [other] = theirs;
  const order_id = textIn(other, "order_id");
  return [
    { name: "get_order_details", args: { order_id } },
    { name: "get_user_details", args: { user_id: textIn(other, "user_id") } },
    { name: "cancel_pending_order", args: { order_id: pending, reason: "no longer needed" } },
    { name: "cancel_pending_order", args: { order_id: pending, reason: "I feel like it" } },
    {
      name: "return_delivered_order_items",
      args: { order_id: pending, item_ids: [], payment_method_id: "gift_card_1" },
    },
    { name: "get_product_details", args: { product_id: "1", customer: "1:another" } },
  ];
}

export type Call = { readonly name: string; readonly args: JsonObject };

export function textIn(of: JsonObject | undefined, name: string): string {
  const found = of?.[name];
  return typeof found === "string" || typeof found === "number" ? `${found}` : "";
}
