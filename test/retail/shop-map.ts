import { parse } from "yaml";

/** The map of the shop, written from its policy in prose: what the clerk may do, and who is asked. */
const TEXT = "string";
const LIST = "string[]";
const ADDRESS = {
  address1: TEXT,
  address2: TEXT,
  city: TEXT,
  state: TEXT,
  country: TEXT,
  zip: TEXT,
};

/** Whose task it is decides which records there are, and whose they are. */
const OF_CASE = { customer: "case.customer", "row.customer": "case.customer" };

type Said = Readonly<Record<string, unknown>>;

/** All of it is the shop's own: what is known of a customer may go there. */
const OURS: Said = { system: "shop", takes_personal: true };

const reads = (name: string, args: Said, more: Said = {}): Said => ({
  ...OURS,
  level: "case",
  run: name,
  args: { customer: TEXT, ...args },
  scope: { customer: "case.customer" },
  reads: name,
  ...more,
});

const everybody = (name: string, args: Said): Said => ({
  ...OURS,
  level: "reference",
  run: name,
  args,
  reads: name,
});

const OWN = "record.before.customer == case.customer";

const writes = (name: string, args: Said, precondition: string): Said => ({
  ...OURS,
  level: "external",
  effects: "idempotent",
  run: name,
  args: { customer: TEXT, ...args },
  scope: OF_CASE,
  writes: "orders",
  preview: `${name}.preview`,
  verify: `${name}.verify`,
  precondition: `${OWN} && ${precondition}`,
  deciding: [],
});

const OF_ORDER = { order_id: TEXT };
const ITEMS = { ...OF_ORDER, item_ids: LIST, payment_method_id: TEXT };
const SWAP = { ...ITEMS, new_item_ids: LIST };
const REASON = { type: "string", enum: ["no longer needed", "ordered by mistake"] };
const FAIR = "record.before.within && record.before.own_method";

export const TOOLS: Readonly<Record<string, Said>> = {
  find_user_id_by_email: everybody("find_user_id_by_email", { email: TEXT }),
  find_user_id_by_name_zip: everybody("find_user_id_by_name_zip", {
    first_name: TEXT,
    last_name: TEXT,
    zip: TEXT,
  }),
  get_user_details: reads(
    "get_user_details",
    { user_id: TEXT },
    {
      scope: OF_CASE,
      personal: ["name", "address", "email"],
    },
  ),
  get_order_details: reads("get_order_details", OF_ORDER, {
    scope: OF_CASE,
  }),
  get_product_details: reads("get_product_details", { product_id: TEXT }),
  get_item_details: everybody("get_item_details", { item_id: TEXT }),
  list_all_product_types: everybody("list_all_product_types", {}),
  calculate: everybody("calculate", { expression: TEXT }),
  transfer_to_human_agents: everybody("transfer_to_human_agents", { summary: TEXT }),
  cancel_pending_order: writes(
    "cancel_pending_order",
    { ...OF_ORDER, reason: REASON },
    'record.before.status == "pending"',
  ),
  modify_pending_order_address: writes(
    "modify_pending_order_address",
    { ...OF_ORDER, ...ADDRESS },
    "record.before.is_pending",
  ),
  modify_pending_order_items: writes(
    "modify_pending_order_items",
    SWAP,
    `record.before.status == "pending" && record.before.fits && ${FAIR}`,
  ),
  modify_pending_order_payment: writes(
    "modify_pending_order_payment",
    { ...OF_ORDER, payment_method_id: TEXT },
    "record.before.is_pending && record.before.own_method && !record.before.same_method && !record.before.short_of_total",
  ),
  return_delivered_order_items: writes(
    "return_delivered_order_items",
    ITEMS,
    `record.before.status == "delivered" && record.before.may_refund && ${FAIR}`,
  ),
  exchange_delivered_order_items: writes(
    "exchange_delivered_order_items",
    SWAP,
    `record.before.status == "delivered" && record.before.fits && ${FAIR}`,
  ),
  modify_user_address: {
    ...writes("modify_user_address", { user_id: TEXT, ...ADDRESS }, "true"),
    writes: "users",
  },
};

const RULES = `
confirmed:
  when: action.level == "external"
  then: { approve: customer-says-yes }
  because: Before anything is changed, its details are listed and the customer says yes.
gift-card-covers:
  when: action.tool in ["modify_pending_order_items", "exchange_delivered_order_items"] && record.before.short
  then: { deny: The gift card does not cover the difference. }
  because: A gift card must have enough balance to cover the price difference.
`;

const MAP = {
  muster: 1,
  company: "A shop",
  systems: { shop: { kind: "function", module: "./shop-tools.mjs", env: ["RETAIL_DB"] } },
  tools: TOOLS,
  agents: { clerk: { may: { level: "external", tools: Object.keys(TOOLS) } } },
  requests: {
    serve: {
      examples: ["I want to exchange a keyboard."],
      case: { customer: "request.customer" },
      workflow: "serve",
      owner: "ana",
    },
  },
  facts: { request: { customer: TEXT, task: TEXT } },
  intake: { desk: "staff" },
  rules: parse(RULES) as Said,
  approvals: { "customer-says-yes": { from: { people: "ana" } } },
  exceptions: { owner: "ana" },
};

export const FILES: Readonly<Record<string, string>> = {
  "map.yaml": JSON.stringify(MAP, null, 1),
  "people.yaml": JSON.stringify({ muster: 1, people: { ana: { name: "Ana" } } }),
  "agents/clerk.yaml": JSON.stringify({
    muster: 1,
    kind: "function",
    module: "./agents/clerk.mjs",
    effects: "idempotent",
    concurrency: 200,
  }),
  // Does what was recorded, one call after another, and says what came of each.
  "agents/clerk.mjs": `import { readFileSync } from "node:fs";
const plans = JSON.parse(readFileSync(new URL("../plans.json", import.meta.url), "utf8"));
export async function attempt({ inputs }, tools) {
  const said = [];
  for (const { name, args } of plans[inputs.task]) {
    const reply = await tools.use(name, args);
    said.push({ name, ...reply });
  }
  return { outputs: { said } };
}
`,
  "workflows/serve.yaml": JSON.stringify({
    muster: 1,
    name: "serve",
    parameters: { task: "string" },
    steps: [
      {
        id: "serve",
        agent: "clerk",
        inputs: { task: "$params.task" },
        outputs: { said: "any[]" },
        timeout: "1 hour",
      },
    ],
  }),
};
