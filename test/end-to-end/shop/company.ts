import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A company with a shop in a file of SQLite: each run notes something of its order and pays it back, which people decide. */
export function writeCompany(folder: string, orders: number): void {
  for (const name of ["workflows", "agents"]) mkdirSync(join(folder, name));
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  write("map.yaml", MAP);
  write("people.yaml", "people: { dana: { roles: manager }, eli: { roles: manager } }\n");
  const rows = Array.from({ length: orders }, (_, n) => `(${n})`).join(", ");
  write(
    "shop.sql",
    `create table orders (id integer primary key, refunded integer default 0, refund_key text);
create table notes (id text primary key, n integer);
create table times (refund_key text);
create trigger paid after update of refunded on orders begin insert into times values (new.refund_key); end;
insert into orders (id) values ${rows};
`,
  );
  write(
    "agents/support.yaml",
    "muster: 1\nkind: function\nmodule: agents/support.mjs\neffects: pure\nconcurrency: 64\n",
  );
  write("agents/support.mjs", AGENT);
  write(
    "workflows/serve.yaml",
    "muster: 1\nname: serve\nparameters: { n: 0 }\nsteps: [{ id: serve, agent: support, inputs: { n: $params.n } }]\n",
  );
}

const MAP = `muster: 1
company: Example Shop
exceptions: { owner: dana }
systems:
  shop: { kind: sql, url: ./shop.sqlite, setup: ./shop.sql }
tools:
  note.add:
    system: shop
    level: record
    effects: idempotent
    sql: insert or ignore into notes (id, n) values (:key, :n)
    args: { n: integer }
    writes: notes
  refund.pay:
    system: shop
    level: external
    effects: ask
    sql: update orders set refunded = refunded + 1, refund_key = :key where id = :n
    args: { n: integer }
    writes: orders
    preview: select id, refunded from orders where id = :n
agents:
  support: { may: { level: external, tools: [note.add, refund.pay] } }
rules:
  refunds:
    when: { action.tool: refund.pay }
    then: { approve: desk }
    because: Money is decided by people.
approvals:
  desk: { from: { role: manager }, bulk: { most: 50 } }
`;

const AGENT = `export async function attempt(task, tools) {
  const { n } = task.inputs;
  const all = [];
  for (const tool of ["note.add", "refund.pay"]) all.push((await tools.use(tool, { n })).outcome);
  return { outputs: { all } };
}
`;
