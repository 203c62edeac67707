/**
 * A shop's own tools, as its developers would write them: functions over a SQLite file. Each task of the
 * recorded conversations has a world of its own: what it changed lies over what all began with.
 */
import { DatabaseSync } from "node:sqlite";

let opened = null;

function shop({ RETAIL_DB }) {
  opened ??= new DatabaseSync(RETAIL_DB, { timeout: 20_000 });
  return opened;
}

function record(db, task, kind, id) {
  const over = db.prepare("select body from world where task = ? and kind = ? and id = ?");
  const base = db.prepare("select body from base where kind = ? and id = ?");
  const found = over.get(task, kind, id) ?? base.get(kind, id);
  return found === undefined ? null : JSON.parse(found.body);
}

function keep(db, { task, kind, id }, body) {
  db.prepare("insert or replace into world values (?, ?, ?, ?)").run(
    task,
    kind,
    id,
    JSON.stringify(body),
  );
}

/** A customer is one of one task: "7:ann_lee_12". */
const worldOf = ({ customer = "" }) => customer.slice(0, customer.indexOf(":"));
const withWorld = (args) => ({ ...args, task: worldOf(args) });
/** A record says whose it is. */
const owned = (task, body) => body && { ...body, customer: `${task}:${body.user_id}` };

const reading =
  (look) =>
  (args, { env }) =>
    look(withWorld(args), shop(env));

export const find_user_id_by_email = reading(({ email }, db) => found(db, "email", email));
export const find_user_id_by_name_zip = reading(({ first_name, last_name, zip }, db) =>
  found(db, "name", `${first_name} ${last_name} ${zip}`),
);

function found(db, by, word) {
  const row = db
    .prepare("select user_id from users where what = ? and word = ?")
    .get(by, word.toLowerCase());
  return row === undefined ? null : { user_id: row.user_id };
}

export const get_user_details = reading(({ task, user_id }, db) =>
  owned(task, record(db, task, "users", user_id)),
);
export const get_order_details = reading(({ task, order_id }, db) =>
  owned(task, record(db, task, "orders", order_id)),
);
export const get_product_details = reading(({ task, product_id }, db) =>
  record(db, task, "products", product_id),
);
export const get_item_details = reading(({ item_id }, db) => {
  const row = db.prepare("select body from items where id = ?").get(item_id);
  return row === undefined ? null : JSON.parse(row.body);
});
export const list_all_product_types = reading((_, db) =>
  Object.fromEntries(
    db
      .prepare("select id, body from base where kind = 'products'")
      .all()
      .map(({ id, body }) => [JSON.parse(body).name, id])
      .toSorted(byText),
  ),
);
/** A sum: numbers with + and - between them, and brackets that change nothing. */
export const calculate = ({ expression }) => {
  const plain = expression.replaceAll(/[()\s]/g, "");
  if (!/^\d+(\.\d+)?([+-]\d+(\.\d+)?)*$/.test(plain))
    return { error: { kind: "invalid_input_data", message: "No sum.", certain: true } };
  const parts = plain.match(/[+-]?\d+(\.\d+)?/g) ?? [];
  return { result: String(cents(parts.reduce((sum, part) => sum + Number(part), 0))) };
};
export const transfer_to_human_agents = () => ({ result: "Transfer successful" });

/** What the policies ask about an order and what is to be done with it. */
function factsOf(
  db,
  task,
  { order_id, item_ids = [], new_item_ids = [], payment_method_id = null },
) {
  const order = record(db, task, "orders", order_id);
  if (order === null) return null;
  const user = record(db, task, "users", order.user_id);
  const left = order.items.map(({ item_id }) => item_id);
  const isWithin = item_ids.every((id) => {
    const at = left.indexOf(id);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  const pairs = item_ids.map((id, at) => [
    order.items.find((one) => one.item_id === id),
    new_item_ids[at],
  ]);
  const news = pairs.map(
    ([old, id]) => old && record(db, task, "products", old.product_id)?.variants[id],
  );
  const difference = pairs.reduce(
    (sum, [old], at) => sum + ((news[at]?.price ?? 0) - (old?.price ?? 0)),
    0,
  );
  const method =
    payment_method_id === null ? null : (user.payment_methods[payment_method_id] ?? null);
  const balance = method?.source === "gift_card" ? method.balance : null;
  const paid = order.payment_history[0];
  return {
    order_id,
    customer: `${task}:${order.user_id}`,
    status: order.status,
    is_pending: order.status.startsWith("pending"),
    within: isWithin,
    fits: new_item_ids.length === item_ids.length && news.every((one) => one?.available === true),
    own_method: method !== null,
    short: balance !== null && balance < difference,
    short_of_total: balance !== null && balance < paid.amount,
    same_method: paid.payment_method_id === payment_method_id,
    may_refund: paid.payment_method_id === payment_method_id || balance !== null,
    difference,
  };
}

const previewing = reading((args, db) => factsOf(db, args.task, args));

/** Once under each key, whatever becomes of whoever asked. */
function writing(tool, change) {
  return {
    preview: previewing,
    verify: (_, { env, key }) => ({
      ok: shop(env).prepare("select 1 from done where key = ?").get(key) !== undefined,
    }),
    run: (given, { env, key }) => {
      const args = withWorld(given);
      const db = shop(env);
      db.exec("begin immediate");
      try {
        const before = db.prepare("select reply from done where key = ?").get(key);
        if (before === undefined) {
          const reply = change(db, args) ?? {};
          db.prepare("insert into done values (?, ?, ?, ?, ?)").run(
            key,
            args.task,
            tool,
            JSON.stringify(args),
            JSON.stringify(reply),
          );
          db.exec("commit");
          return reply;
        }
        db.exec("rollback");
        return JSON.parse(before.reply);
      } catch (thrown) {
        db.exec("rollback");
        return { error: { kind: "conflict", message: String(thrown), certain: true } };
      }
    },
  };
}

function ofOrder(tool, change) {
  return writing(tool, (db, args) => {
    const { task, order_id } = args;
    const order = record(db, task, "orders", order_id);
    if (order === null) throw new Error("Order not found");
    change(order, args, db);
    keep(db, { task, kind: "orders", id: order_id }, order);
    return { order_id };
  });
}

const byText = (one, other) => (one < other ? -1 : 1);
const cents = (amount) => Math.round(amount * 100) / 100;

function credit(db, task, userId, methodId, amount) {
  const user = record(db, task, "users", userId);
  const method = user.payment_methods[methodId];
  if (method?.source !== "gift_card") return;
  method.balance = cents(method.balance + amount);
  keep(db, { task, kind: "users", id: userId }, user);
}

export const cancel_pending_order = ofOrder(
  "cancel_pending_order",
  (order, { task, reason }, db) => {
    const refunds = order.payment_history.map(({ amount, payment_method_id }) => {
      credit(db, task, order.user_id, payment_method_id, amount);
      return { transaction_type: "refund", amount, payment_method_id };
    });
    order.status = "cancelled";
    order.cancel_reason = reason;
    order.payment_history.push(...refunds);
  },
);

export const modify_pending_order_address = ofOrder(
  "modify_pending_order_address",
  (order, args) => {
    order.address = addressIn(args);
  },
);

export const modify_pending_order_items = ofOrder(
  "modify_pending_order_items",
  (order, args, db) => {
    const { task, item_ids, new_item_ids, payment_method_id } = args;
    const { difference } = factsOf(db, task, args);
    order.payment_history.push({
      transaction_type: difference > 0 ? "payment" : "refund",
      amount: Math.abs(difference),
      payment_method_id,
    });
    credit(db, task, order.user_id, payment_method_id, -difference);
    // The recorded shop gives every changed item the price and the options of the last one.
    const products = item_ids.map((id) => order.items.find((one) => one.item_id === id).product_id);
    const last = record(db, task, "products", products.at(-1)).variants[new_item_ids.at(-1)];
    for (const [at, id] of item_ids.entries()) {
      const item = order.items.find((one) => one.item_id === id);
      Object.assign(item, { item_id: new_item_ids[at], price: last.price, options: last.options });
    }
    order.status = "pending (item modified)";
  },
);

export const modify_pending_order_payment = ofOrder(
  "modify_pending_order_payment",
  (order, args, db) => {
    const { task, payment_method_id } = args;
    const [{ amount, payment_method_id: old }] = order.payment_history;
    order.payment_history.push(
      { transaction_type: "payment", amount, payment_method_id },
      { transaction_type: "refund", amount, payment_method_id: old },
    );
    credit(db, task, order.user_id, payment_method_id, -amount);
    credit(db, task, order.user_id, old, amount);
  },
);

export const return_delivered_order_items = ofOrder(
  "return_delivered_order_items",
  (order, args) => {
    order.status = "return requested";
    order.return_items = [...args.item_ids].toSorted(byText);
    order.return_payment_method_id = args.payment_method_id;
  },
);

export const exchange_delivered_order_items = ofOrder(
  "exchange_delivered_order_items",
  (order, args, db) => {
    order.exchange_price_difference = cents(factsOf(db, args.task, args).difference);
    order.exchange_items = [...args.item_ids].toSorted(byText);
    order.exchange_new_items = [...args.new_item_ids].toSorted(byText);
    order.exchange_payment_method_id = args.payment_method_id;
    order.status = "exchange requested";
  },
);

export const modify_user_address = {
  ...writing("modify_user_address", (db, { task, user_id, ...args }) => {
    const user = record(db, task, "users", user_id);
    user.address = addressIn(args);
    keep(db, { task, kind: "users", id: user_id }, user);
    return { user_id };
  }),
  preview: reading(({ task, user_id }, db) => {
    const user = record(db, task, "users", user_id);
    return user === null ? null : { ...user.address, customer: `${task}:${user_id}` };
  }),
};

function addressIn({ address1, address2, city, state, country, zip }) {
  return { address1, address2, city, country, state, zip };
}
