import { describe, expect, test } from "vitest";
import { type Change, problemsOf } from "../changed-example.ts";

/** Each: what is wrong, what is changed in the example for it, and all that is then said. */
const CASES: readonly (readonly [string, readonly Change[], readonly string[]])[] = [
  [
    "a tool of no system",
    [["system: faq, level", "system: fax, level"]],
    ['6:3 warning No tool acts on the system "faq".', '9:25 There is no system "fax" in this map.'],
  ],
  [
    "a system of a kind that is none",
    [["kind: file", "kind: fyle"]],
    ['6:16 There is no kind of system "fyle".'],
  ],
  [
    "a system without what its kind needs",
    [["kind: file, folder: faq", "kind: file"]],
    ['6:8 "folder" is missing here.'],
  ],
  [
    "a memory limit of what runs in our own process, and one in which nothing works",
    [["kind: file, folder: faq", "kind: function, module: x.mjs, memory_limit: 1KB"]],
    [
      "6:41 The memory of a function can be limited only where it runs in a worker.",
      '6:55 Nothing can work in "1KB" of memory.',
      '9:3 The tool "faq.search" does not say what it does: "run" is missing.',
      '9:48 "faq" is of the kind function, and its tools take no "file".',
      '9:57 "faq" is of the kind function, and its tools take no "action".',
    ],
  ],
  [
    "a tool that takes what another kind takes",
    [["file: ., action: search", "file: ., path: /x, action: search"]],
    ['9:57 "faq" is of the kind file, and its tools take no "path".'],
  ],
  [
    "a tool that does not say what it does",
    [
      ["    method: POST\n    path: /customers/{customer_id}/vouchers\n", ""],
      ["    body: { amount: $args.amount }\n", ""],
    ],
    ['16:3 The tool "voucher.draft" does not say what it does: "path" is missing.'],
  ],
  [
    "a name in an operation that is no argument",
    [["set refunded = :amount, refund_key", "set refunded = :amout, refund_key"]],
    ['46:10 The tool "refund.pay" names "amout", which is none of its arguments.'],
  ],
  [
    "a name in a preview that is no argument",
    [
      [
        "    preview: select id, total, refunded from orders where id = :order_id\n    precondition",
        "    preview: select id, total, refunded from orders where id = :order\n    precondition",
      ],
    ],
    ['49:14 The tool "refund.pay" names "order", which is none of its arguments.'],
  ],
  [
    "two statements in one tool",
    [["and refunded = 0", "and refunded = 0; delete from orders"]],
    ['46:10 "refund.pay": There is more than one statement.'],
  ],
  [
    "a tool whose level only reads, and which writes",
    [
      [
        "level: draft\n    effects: idempotent\n    method: POST",
        "level: case\n    effects: idempotent\n    method: POST",
      ],
    ],
    [
      '18:12 The tool "voucher.draft" changes something and says that it writes, and its level "case" only reads.',
      '65:19 warning "support" may go to draft, and none of its tools goes further than case.',
    ],
  ],
  [
    "a tool of one case without a scope",
    [["    scope: { order_id: case.order_id }\n    reads:", "    reads:"]],
    ['10:3 The tool "order.read" is for one case, and nothing holds it to one.'],
  ],
  [
    "a tool of one case that gives a whole table",
    [
      [
        "    sql: select * from orders where id = :order_id\n    scope: { order_id: case.order_id }\n",
        "    sql: select * from orders\n",
      ],
    ],
    [
      '10:3 The tool "order.read" is for one case, and nothing holds it to one: it gives all of orders.',
    ],
  ],
  [
    "a grant of a whole system",
    [["    scope: { customer_id: case.customer_id }\n    writes", "    writes"]],
    [
      '16:3 warning Nothing holds the tool "voucher.draft" to one case: whoever may use it reaches all of vouchers.',
      '38:11 To undo "reply.send", "voucher.draft" needs customer_id, and is not given it.',
    ],
  ],
  [
    "a scope that is no binding of a case",
    [["scope: { customer_id: case.customer_id }", "scope: { customer_id: case.customer }"]],
    ['24:27 No type of request binds "customer" to a case, which "customer_id" is to be.'],
  ],
  [
    "a scope that names nothing of a case",
    [["scope: { customer_id: case.customer_id }", "scope: { customer_id: customer_id }"]],
    [
      '24:27 "customer_id" names nothing that a case is bound to.',
      '39:11 To undo "reply.send", "voucher.draft" needs customer_id, and is not given it.',
    ],
  ],
  [
    "something external that cannot be looked at or taken back",
    [
      [
        "    preview: select 'mail' as kind\n    verify: select 'mail' as kind\n    undo: { tool: voucher.draft, args: { amount: 0 } }\n",
        "",
      ],
    ],
    [
      '26:3 warning The tool "reply.send" goes outside, and does not say how what it writes is before it (preview), how it is looked at afterwards (verify) and what takes it back (undo).',
    ],
  ],
  [
    "effects and writes that nobody declared",
    [
      ["    effects: idempotent\n    method", "    method"],
      ["    writes: vouchers\n", ""],
    ],
    [
      '16:3 warning The tool "voucher.draft" does not say what a repetition does: after a crash a person looks whether it was done.',
      '16:3 warning The tool "voucher.draft" changes something and does not say what.',
    ],
  ],
  [
    "an undo by no tool",
    [["undo: { tool: refund.take-back,", "undo: { tool: refund.takeback,"]],
    ['51:19 There is no tool "refund.takeback" in this map.'],
  ],
  [
    "an undo with other arguments",
    [["amount: $before.refunded } }", "sum: $before.refunded } }"]],
    [
      '61:11 To undo "refund.take-back", "refund.pay" needs amount, and is not given it.',
      '61:65 The tool "refund.pay" has no argument "sum".',
    ],
  ],
  [
    "a deciding argument that is none",
    [["deciding: [to]", "deciding: [too]"]],
    ['40:15 The tool "reply.send" has no argument "too" that could decide.'],
  ],
  [
    "a destination of no argument",
    [["destinations: { to: [", "destinations: { too: ["]],
    ['41:21 The tool "reply.send" has no argument "too" that could go anywhere.'],
  ],
  [
    "a destination that lets all through",
    [['["*@customer.example"]', '["*", "a b"]']],
    [
      '41:25 warning "*" lets everything through.',
      '41:25 "a b" is no pattern: there is a space in it.',
    ],
  ],
  [
    "a template that is not there",
    [
      ['    text: "{text}"\n', "    template: reply.md\n"],
      ["args: { to: email, text: string }", "args: { to: email }"],
    ],
    [
      '32:15 There is no file templates/reply.md, which the tool "reply.send" takes its words from.',
    ],
  ],
  [
    "what is filled in as only says: is",
    [
      ["subject: Your order", 'subject: "Your order ${args.id}"'],
      ["body: { amount: $args.amount }", 'body: { amount: ["${args.amount}"] }'],
    ],
    [
      '22:11 warning "body" of the tool "voucher.draft" has ${ in it, which is filled in nowhere but in says.',
      '31:14 warning "subject" of the tool "reply.send" has ${ in it, which is filled in nowhere but in says.',
    ],
  ],
  [
    "what takes it back, with what was never given",
    [["order_id: $args.order_id", "order_id: $args.ordr_id"]],
    ['51:55 To undo "refund.pay", "ordr_id" is taken, which is none of its arguments.'],
  ],
  [
    "a tool that nobody may use, and a system that no tool acts on",
    [
      ["tools: [faq.search, order.read,", "tools: [order.read,"],
      ["  faq: { kind", "  old: { kind: file, folder: old }\n  faq: { kind"],
    ],
    [
      '6:3 warning No tool acts on the system "old".',
      '10:3 warning No agent may use the tool "faq.search".',
    ],
  ],
  [
    "a variable of the environment outside of systems",
    [["subject: Your order", "subject: Your $env.SHOP order"]],
    ["31:19 A variable of the environment stands outside of systems."],
  ],
  [
    "a type that nobody declared",
    [["amount: number }\n    scope: { customer_id", "amount: Euro }\n    scope: { customer_id"]],
    ['23:42 warning Nobody declared the type "Euro": anything passes as one.'],
  ],
  [
    "a tool that reads a whole table before rows are left out",
    [
      ["    sql: select * from orders where id = :order_id\n", "    sql: select * from orders\n"],
      ["{ order_id: case.order_id }\n    reads", "{ row.id: case.order_id }\n    reads"],
    ],
    [
      '10:3 warning The tool "order.read" asks for all of orders, and only then are rows of other cases left out.',
    ],
  ],
  [
    "a tool that asks a table that is not there",
    [
      ["kind: file, folder: faq", "kind: table"],
      ["file: ., action: search,", "table: answers,"],
    ],
    ['9:55 There is no table "answers" in the folder tables.'],
  ],
];

describe("the template of a mail", () => {
  test("names arguments of its tool, and is told the place in its own file where it does not", () => {
    const template = "Dear {name},\nyour order ${to}:\n\n  {txet}\n";
    expect(
      problemsOf([['    text: "{text}"\n', "    template: reply.md\n"]], undefined, {
        more: [{ file: "templates/reply.md", text: template }],
      }),
    ).toEqual([
      'templates/reply.md:1:6 The template of the tool "reply.send" names "name", which is none of its arguments.',
      'templates/reply.md:2:12 warning The template of the tool "reply.send" has a $ before {to}, which stands in every mail.',
      'templates/reply.md:4:3 The template of the tool "reply.send" names "txet", which is none of its arguments.',
    ]);
  });
});

describe("what is wrong with systems and tools is told with its place and its mend", () => {
  test("and of the example nothing", () => {
    expect(problemsOf([])).toEqual([]);
  });

  test.each(CASES)("%s", (_wrong, changes, said) => {
    expect(problemsOf(changes)).toEqual(said);
  });
});
