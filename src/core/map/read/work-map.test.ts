import { describe, expect, test } from "vitest";
import type { Digest } from "../../id.ts";
import { sentence } from "../../problem.ts";
import { HARBOUR } from "../example-map.ts";
import { type MapFile, type ReadWorkMap, readWorkMap, type WorkMap } from "../index.ts";

const DIGEST = (text: string): Digest => `sha256:${text.length}` as Digest;

function read(files: readonly MapFile[]): ReadWorkMap {
  return readWorkMap(files, { digest: DIGEST, agents: null, workflows: null });
}

function harbour(): WorkMap {
  const { map, problems } = read(HARBOUR);
  expect(problems.map(sentence)).toEqual([]);
  if (map === null) throw new Error("The example has a fault.");
  return map;
}

describe("a company's map", () => {
  test("is one value of all its files", () => {
    const map = harbour();
    expect(map.company).toBe("Harbour Retail");
    expect(map.systems["shop"]).toEqual({
      name: "shop",
      kind: "sql",
      settings: { url: "$env.SHOP_DATABASE" },
      isUntrusted: false,
      files: {},
    });
    expect(Object.keys(map.tools)).toHaveLength(6);
    expect(map.intake).toEqual({ "shop-form": "customer", mail: "untrusted", desk: "staff" });
    expect(map.exceptions.owner).toBe("support-team");
    expect(map.calendar.zone).toBe("Asia/Hong_Kong");
    expect(map.calendar.week.map((day) => day.length)).toEqual([1, 1, 1, 1, 1, 1, 0]);
  });

  test("has the arguments of a tool closed, and those that it does not say out of its operation", () => {
    const { tools } = harbour();
    expect(tools["order.read"]).toMatchObject({
      args: { properties: { order_id: {} }, required: ["order_id"], additionalProperties: false },
      scope: { args: { order_id: "order_id" }, rows: {} },
      reads: { entity: "orders", fields: ["id", "total", "state", "refunded"] },
      effects: "pure",
      operation: { sql: "select * from orders where id = :order_id" },
    });
    expect(tools["refund.pay"]).toMatchObject({
      effects: "idempotent",
      preview: { sql: "select id, total, refunded from orders where id = :order_id" },
      deciding: ["amount"],
      undo: { tool: "refund.take-back", args: { order_id: "$args.order_id" } },
    });
    expect(tools["refund.pay"]?.precondition?.text).toBe("record.before.refunded == 0");
    // A mail server is only sent to: nothing of others is read there.
    expect(tools["reply.send"]?.isUntrusted).toBe(false);
  });

  test("has grants, requests, rules and chains as the machine reads them", () => {
    const { agents, requests, rules, approvals } = harbour();
    expect(agents["finance"]).toMatchObject({
      level: "external",
      requests: ["refund"],
      ungoverned: ["spreadsheets"],
    });
    expect(Object.keys(agents["finance"]?.only ?? {})).toEqual(["refund.pay"]);
    expect(requests["delivery-delay"]?.sla).toEqual({
      respond: { ms: 14_400_000, isWorking: true },
      resolve: { ms: 172_800_000, isWorking: false },
    });
    expect(rules.map(({ id, where }) => `${id} ${where}`)).toEqual([
      "refund-over-limit map.yaml:89:3",
      "money-back-is-decided map.yaml:93:3",
      "replies-go-out map.yaml:97:3",
      "no-vouchers-to-staff map.yaml:101:3",
    ]);
    expect(approvals["refund-manager"]).toMatchObject({
      stages: [
        {
          from: { role: "manager", team: "support-team" },
          need: 1,
          due: { ms: 14_400_000, isWorking: true },
          isDistinct: false,
        },
      ],
      edit: { amount: "decrease" },
      remind: [0.5, 0.9],
      onTimeout: [
        { kind: "escalate", to: { people: ["director"] }, after: { isWorking: true } },
        { kind: "reject" },
      ],
      breakGlass: { role: "director", review: "support-team" },
    });
  });

  test("of a company without one lets nobody do anything", () => {
    const { map, problems } = read([]);
    expect(problems).toEqual([]);
    expect(map).toMatchObject({ agents: {}, tools: {}, exceptions: { owner: "" } });
    expect(read([{ file: "map.yaml", text: "company: Harbour\nmuster: 1\n" }]).map?.company).toBe(
      "Harbour",
    );
  });
});
