import { describe, expect, test } from "vitest";
import type { Digest } from "../../id.ts";
import { type Change, changedFiles, problemsOf } from "../changed-example.ts";
import { readWorkMap } from "../index.ts";

/** Each: what is wrong, what is changed in the example for it, and all that is then said. */
const CASES: readonly (readonly [string, readonly Change[], readonly string[]])[] = [
  [
    "an agent that nobody declared",
    [["  support:\n    may", "  suport:\n    may"]],
    ['64:3 warning There is no agent "suport", and no step of a workflow acts as it.'],
  ],
  [
    "a grant of no tool",
    [["tools: [faq.search,", "tools: [faq.serch,"]],
    // That nobody may use faq.search follows from it, and is not told.
    ['65:34 There is no tool "faq.serch" in this map.'],
  ],
  [
    "a tool beyond the level of its agent",
    [["level: draft, tools: [faq.search", "level: case, tools: [faq.search"]],
    ['65:57 The tool "voucher.draft" has the level draft, and "support" may go to case.'],
  ],
  [
    "a level beyond all tools",
    [["level: draft, tools: [faq.search", "level: record, tools: [faq.search"]],
    ['65:19 warning "support" may go to record, and none of its tools goes further than draft.'],
  ],
  [
    "a grant for no type of request",
    [["requests: [refund]", "requests: [refunds]"]],
    [
      '70:18 There is no type of request "refunds" in this map.',
      '87:25 warning No agent may use the tool "refund.pay" for requests of the type "refund".',
      '87:37 warning No agent may use the tool "refund.take-back" for requests of the type "refund".',
      '87:55 warning No agent may use the tool "reply.send" for requests of the type "refund".',
      'workflows/refund.yaml:3:5 "finance" may not use "refund.pay" for requests of the type "refund", which this workflow does.',
    ],
  ],
  [
    "a narrowing of a tool that is not granted",
    [["only: { refund.pay:", "only: { voucher.draft:"]],
    ['71:15 "finance" may not use the tool "voucher.draft" at all, so that this is never asked.'],
  ],
  [
    "a narrowing that cannot be read",
    [['refund.pay: "args.amount <= 5000"', 'refund.pay: "args.amout <= 5000"']],
    ['71:33 args has no field "amout".'],
  ],
  [
    "a request that no workflow does",
    [["    workflow: delivery-delay\n", ""]],
    ['74:3 Nothing does a request of the type "delivery-delay": "workflow" is missing.'],
  ],
  [
    "a request whose workflow is not there",
    [["workflow: refund\n", "workflow: refnd\n"]],
    ['85:15 There is no workflow "refnd".'],
  ],
  [
    "a request that nobody owns",
    [["    owner: support-team\n    subject", "    subject"]],
    [
      '74:3 warning Nobody owns requests of the type "delivery-delay": they fall to "support-team", who owns exceptions.',
    ],
  ],
  [
    "a request that nobody owns, and exceptions neither",
    [
      ["    owner: support-team\n    subject", "    subject"],
      ["exceptions: { owner: support-team }\n", ""],
    ],
    [
      "1:1 warning Nobody owns what fails or is in doubt.",
      '42:3 Where refund-over-limit does not hold, no rule says who decides on "refund.pay", which goes outside: nobody is named to be asked.',
      '74:3 Nobody owns requests of the type "delivery-delay".',
    ],
  ],
  [
    "an owner who is nobody",
    [["    owner: support-team\n    subject", "    owner: support\n    subject"]],
    ['79:12 Nobody is called "support" in people.yaml.'],
  ],
  [
    "an owner of exceptions who is nobody",
    [["exceptions: { owner: support-team }", "exceptions: { owner: carol }"]],
    ['119:22 Nobody is called "carol" in people.yaml.'],
  ],
  [
    "a case bound to nothing of a request",
    [
      [
        "case: { order_id: request.order_id, customer_id: request.customer_id }\n    workflow: delivery",
        "case: { order_id: order_id, customer_id: request.customer_id }\n    workflow: delivery",
      ],
    ],
    ['77:23 "order_id" is nothing of a request.'],
  ],
  [
    "a case bound to what a request does not have",
    [["facts:\n", "facts:\n  request: { order_id: string }\n"]],
    ['77:54 facts.request has no "customer_id".', '84:54 facts.request has no "customer_id".'],
  ],
  [
    "a subject that a case is not bound to",
    [["subject: customer_id", "subject: customer"]],
    ['80:14 "customer" is nothing that a case of this type is bound to.'],
  ],
  [
    "a request with a tool that is none",
    [
      [
        "tools: [order.read, refund.pay, refund.take-back, reply.send]\nrules",
        "tools: [order.reed, refund.pay, refund.take-back, reply.send]\nrules",
      ],
    ],
    ['87:13 There is no tool "order.reed" in this map.'],
  ],
  [
    "a request with a tool that nobody may use for it",
    [
      [
        "tools: [order.read, refund.pay, refund.take-back, reply.send]\nrules",
        "tools: [voucher.draft, refund.pay, refund.take-back, reply.send]\nrules",
      ],
      [
        "  support:\n    may: { level: draft,",
        "  support:\n    may: { requests: [delivery-delay], level: draft,",
      ],
    ],
    ['87:13 warning No agent may use the tool "voucher.draft" for requests of the type "refund".'],
  ],
  [
    "an answer due after the end",
    [["respond: 4 working hours, resolve: 2d", "respond: 3d, resolve: 2d"]],
    ["81:34 warning It is to be over before the first answer is due."],
  ],
  [
    "a time that is none",
    [["respond: 4 working hours, resolve: 2d", "respond: soon, resolve: 0h"]],
    [
      "81:21 This is no time: write a number and a unit: 30s, 5m, 2 hours, 1h30m, 2d.",
      "81:36 No time at all is left here, so that it would be over at once.",
    ],
  ],
  [
    "one example of two types",
    [["examples: [I want my money back.]", "examples: [where is my order?]"]],
    ['83:16 warning This is also an example of "delivery-delay", so that it tells nothing apart.'],
  ],
  [
    "a rule that cannot be read",
    [["args.amount > 500.0\n", "args.amout > 500.0\n"]],
    ['90:47 args has no field "amout".'],
  ],
  [
    "a rule about a tool that nobody may use",
    [["refund.take-back, reply.send]\n      requests", "reply.send]\n      requests"]],
    [
      '87:37 warning No agent may use the tool "refund.take-back" for requests of the type "refund".',
      '93:3 warning The rule "money-back-is-decided" never fires: no agent may use refund.take-back.',
    ],
  ],
  [
    "a rule that asks no chain",
    [
      [
        "then: { approve: refund-manager }\n    because: Refunds",
        "then: { approve: refund-boss }\n    because: Refunds",
      ],
    ],
    ['91:22 There is no chain of approval "refund-boss".'],
  ],
  [
    "a chain that nobody asks",
    [["approvals:\n", "approvals:\n  board: { from: director }\n"]],
    [
      '106:3 warning No rule and no workflow asks the chain "board".',
      "106:18 warning Where dora asks for it, nobody is left to decide: who asks may not.",
    ],
  ],
  [
    "a permit for whatever tool there is",
    [['when: action.tool == "reply.send" && !data.untrusted', 'when: "!data.untrusted"']],
    [
      '98:11 The rule "replies-go-out" permits whatever tool there is; a permit names the tools it is for.',
    ],
  ],
  [
    "something external that no rule decides on",
    [["then: permit", "then: { limit: { redact: [phone] } }"]],
    [
      '26:3 warning No rule says who decides on "reply.send", which goes outside: whoever owns the type of the request is asked, else "support-team", each time.',
    ],
  ],
  [
    "a chain of nobody",
    [["    from: { role: manager, team: support-team }\n    need: 1\n", ""]],
    [
      '106:3 Nobody decides by the chain "refund-manager": "from" is missing.',
      "111:5 warning It says what follows when the time has passed, and no time is said.",
    ],
  ],
  [
    "a chain of a role that nobody has",
    [["from: { role: manager,", "from: { role: boss,"]],
    ['107:11 Nobody in people.yaml is called, or is in a team or a role called, "boss".'],
  ],
  [
    "a chain of people who are not all of it",
    [
      [
        "from: { role: manager, team: support-team }",
        "from: { role: director, team: support-team }",
      ],
    ],
    ["107:11 Nobody is director in support-team: each is there, and no one is all of it."],
  ],
  [
    "a chain that needs more than there are",
    [["need: 1", "need: 3"]],
    ["108:11 3 people must allow it, and only 2 may decide: ana and ben."],
  ],
  [
    "a chain that leaves out everybody",
    [["not: [requester, editor]", "not: [requester, owner]"]],
    ["109:10 Everybody who may decide owns the requests, and the chain leaves owners out."],
  ],
  [
    "a chain of one who may ask for it",
    [
      ["from: { role: manager, team: support-team }", "from: dora"],
      ["    on_timeout: [{ escalate: director, after: 4 working hours }, reject]\n", ""],
    ],
    ["107:11 warning Where dora asks for it, nobody is left to decide: who asks may not."],
  ],
  [
    "a chain of managers whom nobody has",
    [
      ["from: { role: manager, team: support-team }", "from: { manager_of: requester }"],
      [", manager: dora }", " }"],
      [", manager: ana }", " }"],
    ],
    ["107:11 Nobody in people.yaml has a manager, so that nobody could decide."],
  ],
  [
    "a later stage without others",
    [
      [
        "    from: { role: manager, team: support-team }\n    need: 1\n    not: [requester, editor]\n    edit: { amount: decrease }\n    due: 4 working hours\n",
        "    stages: [{ from: ana, due: 2h }, { from: ana, distinct_stages: true }]\n",
      ],
      ["    on_timeout: [{ escalate: director, after: 4 working hours }, reject]\n", ""],
    ],
    [
      "107:22 warning Where ana asks for it, nobody is left to decide: who asks may not.",
      "107:46 warning 2 different people must allow it by here, and only 1 may decide: ana.",
    ],
  ],
  [
    "stages beside a from",
    [["    need: 1\n", "    stages: [{ from: { role: manager }, due: 2h }]\n"]],
    ['111:5 "due" stands beside stages, which say it each for itself.'],
  ],
  [
    "a chain without time whose time can pass",
    [["    due: 4 working hours\n", ""]],
    ["112:5 warning It says what follows when the time has passed, and no time is said."],
  ],
  [
    "an escalation to nobody, and something behind the end",
    [
      [
        "[{ escalate: director, after: 4 working hours }, reject]",
        "[reject, { escalate: directors }]",
      ],
    ],
    [
      "113:18 What stands behind reject never comes: it is rejected then.",
      '113:38 Nobody in people.yaml is called, or is in a team or a role called, "directors".',
    ],
  ],
  [
    "a reminder that is no share",
    [["remind: [50%, 90%]", "remind: [50, 100%]"]],
    ['112:14 "50" is no share of the time.', '112:18 "100%" is no share of the time.'],
  ],
  [
    "an edit of what is no argument",
    [["edit: { amount: decrease }", "edit: { sum: decrease }"]],
    ['110:13 Nothing that this chain decides on has an argument "sum".'],
  ],
  [
    "a way around by nobody",
    [["role: director, review: support-team", "role: king, review: queen"]],
    [
      '115:26 Nobody in people.yaml is called, or is in a team or a role called, "king".',
      '115:40 Nobody in people.yaml is called, or is in a team or a role called, "queen".',
    ],
  ],
  [
    "a zone that is none, and hours that are none",
    [
      ["zone: Asia/Hong_Kong", "zone: Asia/Hongkong2"],
      ["weekdays: 9:00-18:00", "weekdays: [13:00-18:00, 9:00-12:00], sunday: 25:00-26:00"],
      ["2026-12-25", "2026-13-25"],
    ],
    [
      'calendar.yaml:2:34 The hours "9:00-12:00" begin before those in front of them have ended.',
      'calendar.yaml:2:55 "25:00-26:00" are no hours of one day.',
      'calendar.yaml:3:12 "2026-13-25" is no day of a calendar.',
      'calendar.yaml:1:7 There is no time zone "Asia/Hongkong2".',
    ],
  ],
  [
    "a week in which nobody works",
    [["hours: { weekdays: 9:00-18:00, saturday: [9:00-13:00] }", "hours: { weekdays: closed }"]],
    [
      "calendar.yaml:2:1 By this calendar nobody ever works, so that working time would never pass.",
    ],
  ],
  [
    "a chain that may take longer than the request",
    [
      ["    workflow: refund\n", "    workflow: refund\n    sla: { resolve: 4h }\n"],
      ["    due: 4 working hours", "    due: 5 working hours"],
    ],
    [
      '86:21 warning Who decides by the chain "refund-manager" may take longer than a request of the type "refund" may take as a whole.',
    ],
  ],
  [
    "a manager who is nobody",
    [["manager: ana", "manager: anna"]],
    ['people.yaml:3:56 Nobody here is called "anna".'],
  ],
  [
    "a key that is none",
    [["exceptions: {", "exception: { owner: x }\nexceptions: {"]],
    ['119:1 There is no key "exception" here.'],
  ],
  [
    "a part that is no map",
    [["intake: { shop-form: customer, mail: untrusted, desk: staff }", "intake: { mail: friend }"]],
    ['116:17 "mail" wants one of staff, customer, untrusted; here stands "friend".'],
  ],
];

describe("what is wrong with grants, requests, rules, chains and times is told with its place and its mend", () => {
  test.each(CASES)("%s", (_wrong, changes, said) => {
    expect(problemsOf(changes)).toEqual(said);
  });
});

test("a grant and a chain that a workflow may use which cannot be read yet are not complained of", () => {
  const changes = [["  support:\n    may", "  suport:\n    may"]] as const;
  expect(
    problemsOf(changes, {}, { broken: ["refund", "delivery-delay"] }).join("\n"),
  ).not.toContain("suport");
});

describe("a map without people.yaml", () => {
  test("has no chain that asks a role: nobody could decide by it", () => {
    const files = changedFiles([]).filter(({ file }) => file !== "people.yaml");
    const around = { digest: (text: string) => `sha256:${text.length}` as Digest, agents: null };
    const live = readWorkMap(files, { ...around, workflows: {} }).problems.map(
      ({ message }) => message,
    );
    expect(live).toContain(
      'There is no people.yaml, so that nobody is "manager": nobody could decide.',
    );
    // As it was published it is in force all the same.
    const kept = readWorkMap(files, { ...around, workflows: null });
    expect(kept.map).not.toBeNull();
  });
});
