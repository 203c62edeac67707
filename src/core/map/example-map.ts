import type { MapFile } from "./read/work-map.ts";

/** The map of a shop, for tests: small, whole and without a fault. */
export const HARBOUR: readonly MapFile[] = [
  {
    file: "map.yaml",
    text: `muster: 1
company: Harbour Retail
systems:
  shop: { kind: sql, url: $env.SHOP_DATABASE }
  crm: { kind: http, url: https://crm.harbour.example, token: $env.CRM_TOKEN }
  faq: { kind: file, folder: faq }
  mailbox: { kind: mail, url: $env.SMTP_URL, from: care@harbour.example }
tools:
  faq.search: { system: faq, level: reference, file: ., action: search, args: { text: string } }
  order.read:
    system: shop
    level: case
    sql: select * from orders where id = :order_id
    scope: { order_id: case.order_id }
    reads: { entity: orders, fields: [id, total, state, refunded] }
  voucher.draft:
    system: crm
    level: draft
    effects: idempotent
    method: POST
    path: /customers/{customer_id}/vouchers
    body: { amount: $args.amount }
    args: { customer_id: string, amount: number }
    scope: { customer_id: case.customer_id }
    writes: vouchers
  reply.send:
    system: mailbox
    level: external
    effects: ask
    to: "{to}"
    subject: Your order
    text: "{text}"
    args: { to: email, text: string }
    writes: mail
    audience: customer
    takes_personal: true
    preview: select 'mail' as kind
    verify: select 'mail' as kind
    undo: { tool: voucher.draft, args: { amount: 0 } }
    deciding: [to]
    destinations: { to: ["*@customer.example"] }
  refund.pay:
    system: shop
    level: external
    effects: idempotent
    sql: update orders set refunded = :amount, refund_key = :key where id = :order_id and refunded = 0
    args: { order_id: string, amount: number }
    scope: { order_id: case.order_id }
    preview: select id, total, refunded from orders where id = :order_id
    precondition: record.before.refunded == 0
    undo: { tool: refund.take-back, args: { order_id: $args.order_id } }
    writes: orders
  refund.take-back:
    system: shop
    level: external
    effects: idempotent
    sql: update orders set refunded = 0 where id = :order_id
    args: { order_id: string }
    scope: { order_id: case.order_id }
    preview: select id, total, refunded from orders where id = :order_id
    undo: { tool: refund.pay, args: { order_id: $args.order_id, amount: $before.refunded } }
    writes: orders
agents:
  support:
    may: { level: draft, tools: [faq.search, order.read, voucher.draft] }
  finance:
    may:
      level: external
      tools: [order.read, refund.pay, refund.take-back, reply.send]
      requests: [refund]
      only: { refund.pay: "args.amount <= 5000" }
    ungoverned: [spreadsheets]
requests:
  delivery-delay:
    description: A parcel has not come.
    examples: [My parcel still has not come., Where is my order?]
    case: { order_id: request.order_id, customer_id: request.customer_id }
    workflow: delivery-delay
    owner: support-team
    subject: customer_id
    sla: { respond: 4 working hours, resolve: 2d }
  refund:
    examples: [I want my money back.]
    case: { order_id: request.order_id, customer_id: request.customer_id }
    workflow: refund
    owner: support-team
    tools: [order.read, refund.pay, refund.take-back, reply.send]
rules:
  refund-over-limit:
    when: action.tool == "refund.pay" && args.amount > 500.0
    then: { approve: refund-manager }
    because: Refunds over 500 are decided by a manager.
  money-back-is-decided:
    when: { action.tool: refund.take-back }
    then: { approve: refund-manager }
    because: Money is taken back from customers by a manager only.
  replies-go-out:
    when: action.tool == "reply.send" && !data.untrusted
    then: permit
    because: Answers to customers are part of the work.
  no-vouchers-to-staff:
    when: action.tool == "voucher.draft" && case.tier == "staff"
    then: { deny: Vouchers are for customers. }
    because: Staff have a discount already.
approvals:
  refund-manager:
    from: { role: manager, team: support-team }
    need: 1
    not: [requester, editor]
    edit: { amount: decrease }
    due: 4 working hours
    remind: [50%, 90%]
    on_timeout: [{ escalate: director, after: 4 working hours }, reject]
    bulk: { most: 20, only_if: args.amount <= 100.0 }
    break_glass: { role: director, review: support-team }
intake: { shop-form: customer, mail: untrusted, desk: staff }
facts:
  case: { total: number, tier: string }
exceptions: { owner: support-team }
`,
  },
  {
    file: "people.yaml",
    text: `people:
  ana: { name: Ana Lima, teams: support-team, roles: manager, manager: dora }
  ben: { teams: support-team, roles: manager, manager: ana }
  dora: { roles: director }
`,
  },
  {
    file: "calendar.yaml",
    text: `zone: Asia/Hong_Kong
hours: { weekdays: 9:00-18:00, saturday: [9:00-13:00] }
holidays: [2026-12-25]
`,
  },
];
