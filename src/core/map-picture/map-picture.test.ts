import { describe, expect, test } from "vitest";
import type { Digest } from "../id.ts";
import { contentOfMap, HARBOUR, mapOfContent, type WorkMap } from "../map/index.ts";

import { documentOf, mermaidOf, pictureOf, svgOf, whichOf } from "./index.ts";

const MAP = harbour();

function harbour(): WorkMap {
  const digest = (text: string): Digest => `sha256:${text.length}` as Digest;
  const map = mapOfContent(contentOfMap(HARBOUR), digest);
  if (map === null) throw new Error("The example has no map.");
  return map;
}

describe("the picture of a map", () => {
  const picture = pictureOf(MAP, {});

  test("goes from what comes in to who owns what goes wrong", () => {
    const joined = (from: string): readonly string[] =>
      picture.edges.filter((edge) => edge.from === from).map(({ to, kind }) => `${kind} ${to}`);
    expect(joined("request:refund")).toEqual(["plain workflow:refund"]);
    expect(joined("agent:support")).toEqual([
      "plain tool:faq.search",
      "plain tool:order.read",
      "plain tool:voucher.draft",
    ]);
    expect(joined("tool:order.read")).toEqual([]);
    expect(joined("tool:voucher.draft")).toEqual(["plain gate:at-once"]);
    expect(joined("tool:reply.send")).toEqual(["free gate:permit"]);
    expect(joined("tool:refund.pay")).toEqual(["asked gate:chain refund-manager"]);
    expect(joined("gate:chain refund-manager")).toEqual(["asked written:shop.orders"]);
    expect(joined("written:shop.orders")).toEqual(["plain owner:support-team"]);
  });

  test("shows what nothing here holds, and what is not there", () => {
    const warned = picture.nodes.filter(({ warning }) => warning !== null);
    expect(warned.map(({ title, warning }) => `${title}: ${warning}`)).toEqual([
      "delivery-delay: is not there",
      "refund: is not there",
      "finance: ungoverned: spreadsheets",
    ]);
  });

  test("is an SVG of its own, in which every box has room and words are no markup", () => {
    const odd = { ...picture, company: 'A <b> & "c"' };
    const svg = svgOf(odd, { caption: "Version 1" });
    expect(svg).toContain("A &lt;b&gt; &amp; &quot;c&quot;: work command map");
    expect(svg).not.toMatch(/<script|href=|url\(/);
    const boxes = [
      ...svg.matchAll(/<rect x="(\d+)" y="([\d.]+)" width="\d+" height="(\d+)" rx="7"/g),
    ];
    expect(boxes).toHaveLength(picture.nodes.length);
    for (const column of Map.groupBy(boxes, ([, x]) => x).values()) {
      const spans = column
        .map(([, , y, height]) => [Number(y), Number(y) + Number(height)] as const)
        .toSorted((one, other) => one[0] - other[0]);
      spans.forEach(([top], at) => expect(top).toBeGreaterThan(spans[at - 1]?.[1] ?? 0));
    }
  });

  test("is Mermaid's text, too", () => {
    const text = mermaidOf(picture);
    expect(text).toContain("flowchart LR");
    expect(text).toContain('subgraph c4["Who decides"]');
    expect(text.match(/==>/g)?.length).toBe(3);
  });

  test("stands in a document that says who may do what, held to what, decided by whom", () => {
    const text = documentOf({
      map: MAP,
      picture,
      caption: "Version 1.",
      counted: { "order.read": 300, "voucher.draft": null },
      countedAt: "2026-11-20T08:00Z",
      pictureFile: "map.svg",
    });
    expect(text).toContain("![The map as a picture](map.svg)");
    expect(text).toContain("| **finance** | external | order.read, refund.pay");
    expect(text).toContain("refund.pay only where `args.amount <= 5000`");
    expect(text).toContain("orders of one case (of 300); vouchers of one case (of unknown)");
    expect(text).toContain("Records were counted in the systems at 2026-11-20T08:00Z.");
    expect(text).toContain("| spreadsheets |");
    expect(text).toContain("manager in support-team within 4 h working time");
    expect(text).toContain("mail (untrusted)");
  });

  test("names who is asked where no rule says it", () => {
    const map = { ...MAP, rules: [] };
    const drawn = pictureOf(map, {});
    const text = documentOf({
      map,
      picture: drawn,
      caption: "",
      counted: {},
      countedAt: null,
      pictureFile: null,
    });
    expect(text).toContain("whoever owns the request, else support-team, each time");
    expect(text).toContain("the request's owner<br/>else support-team<br/>each time");
  });
});

describe("which agent may use a tool", () => {
  const said = (tool: string, more: object = {}): readonly string[] =>
    whichOf(MAP, { tool, ...more }).map(
      ({ agent, requests, verdict, check }) =>
        `${agent} ${requests.join("+")} ${verdict}${check === null ? "" : ` (${check})`}`,
    );

  test("is told for each agent and type of request, with the check that stands against it", () => {
    expect(said("refund.pay")).toEqual([
      "support delivery-delay+refund deny (tool)",
      "finance delivery-delay deny (tool)",
      "finance refund depends (rules)",
    ]);
    expect(said("voucher.draft", { agent: "support" })).toEqual([
      "support delivery-delay depends",
      "support refund deny (tool)",
    ]);
    expect(said("faq.search", { agent: "support", request: "delivery-delay" })).toEqual([
      "support delivery-delay allow",
    ]);
    expect(said("nothing.there")).toEqual([]);
  });

  test("says which rule asks whom, and on what it depends", () => {
    const [one] = whichOf(MAP, { tool: "refund.pay", agent: "finance", request: "refund" });
    expect(one?.why).toEqual([
      "Asks refund-manager where refund-over-limit holds: Refunds over 500 are decided by a manager.",
      'Refused unless args.amount <= 5000: "finance" is narrowed to it.',
      "Refused unless record.before.refunded == 0 when it is done.",
      "People are asked where untrusted data was read and amount stood in no trusted request.",
      'Whatever no rule speaks of asks support-team: "refund.pay" reaches outside.',
    ]);
    const [back] = whichOf(MAP, { tool: "refund.take-back", agent: "finance", request: "refund" });
    expect(back).toMatchObject({ verdict: "ask", check: "rules" });
    expect(back?.why[0]).toContain("Asks refund-manager, by money-back-is-decided");
  });

  test("is told more exactly of a case, by what is known of it", () => {
    const of = (tier: string): readonly string[] =>
      whichOf(MAP, {
        tool: "voucher.draft",
        agent: "support",
        request: "delivery-delay",
        case: {
          id: "cs_1",
          request: "delivery-delay",
          bindings: { order_id: "7", customer_id: "c1" },
          facts: { tier },
          trusted: [],
          labels: { untrusted: [], personal: [] },
          requester: "c1",
        },
      }).map(({ verdict, why }) => `${verdict} ${why.join(" ")}`);
    expect(of("staff")).toEqual(["deny no-vouchers-to-staff: Staff have a discount already."]);
    expect(of("gold")).toEqual(["allow "]);
  });

  test("is refused by what no argument can change: the level, the scope, the tools of the request", () => {
    const { finance, ...others } = MAP.agents;
    if (finance === undefined) throw new Error("finance is an agent of the example.");
    const low = { ...MAP, agents: { ...others, finance: { ...finance, level: "case" as const } } };
    expect(whichOf(low, { tool: "refund.pay", agent: "finance", request: "refund" })).toMatchObject(
      [{ verdict: "deny", check: "level" }],
    );
    const { refund } = MAP.requests;
    if (refund === undefined) throw new Error("refund is a type of the example.");
    const bare = { ...MAP, requests: { refund: { ...refund, case: {} } } };
    expect(whichOf(bare, { tool: "refund.pay", agent: "finance" })).toMatchObject([
      { verdict: "deny", check: "scope" },
    ]);
  });
});
