import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Given, givenCompany } from "../given-company.ts";
import { momentIn } from "../output/index.ts";

const MAP = `muster: 1
company: Harbour
systems: { shop: { kind: sql, url: ./shop.sqlite } }
tools:
  order.read: { system: shop, level: reference, sql: "select id from orders" }
  order.close: { system: shop, level: record, effects: idempotent, writes: orders, scope: { id: case.order_id }, sql: "update orders set open = 0 where id = :id" }
agents: { clerk: { may: { level: record, tools: [order.read, order.close] } } }
requests: { close: { workflow: close, owner: ana, case: { order_id: request.order_id } } }
exceptions: { owner: ana }
`;

function given(): Given {
  return givenCompany({
    "map.yaml": MAP,
    "agents/clerk.yaml": "muster: 1\nkind: function\nmodule: ./agents/clerk.ts\neffects: pure\n",
    "agents/clerk.ts": "export function attempt() { return { outputs: {} }; }\n",
    "workflows/close.yaml": "steps:\n  - { id: 1, agent: clerk }\n",
  });
}

describe("muster map", () => {
  test("is checked, published with who and why, and told apart from what it was", async () => {
    using company = given();
    expect(await company.muster("map", "check")).toMatchObject({ code: 0 });
    const never = await company.muster("map", "diff");
    expect(never.err).toContain("was never published");
    const first = await company.muster("map", "publish", "--why", "The first.", "--by", "ana");
    expect(first).toMatchObject({ code: 0 });
    expect(first.err).toContain("Version 1 is in force");
    company.write("map.yaml", MAP.replace("open = 0", "open = 2"));
    const other = await company.muster("map", "diff");
    expect(other.out).toMatch(/^~ tool order\.close: operation: /m);
    await company.muster("map", "publish", "--why", "Two is closed.", "--json");
    const { out } = await company.muster("map", "versions");
    expect(out).toMatch(/^2 .* Two is closed\.\n1 .* ana .* The first\./m);
    const again = await company.muster("map", "publish", "--why", "Again.");
    expect(again.err).toContain("version 2 already");
    company.write("map.yaml", MAP.replace("level: record, tools", "level: case, tools"));
    const wrong = await company.muster("map", "publish", "--why", "It is wrong.");
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/map\.yaml:7:60 +The tool "order\.close" has the level record/);
    expect((await company.muster("map", "check")).code).toBe(2);
    company.write("calendar.yaml", "zone: Asia/Hong_Kong\n");
    const inZone = await company.muster("map", "versions");
    expect(inZone.out).toContain("PUBLISHED (Asia/Hong_Kong)");
    const [last] = JSON.parse((await company.muster("map", "versions", "--json")).out) as {
      at: number;
    }[];
    expect(inZone.out).toContain(momentIn(last?.at ?? 0, "Asia/Hong_Kong").slice(0, 16));
    const whole = await company.muster("check");
    expect(whole).toMatchObject({ code: 2 });
    expect(whole.out).toContain('The tool "order.close" has the level record');
  });

  test("is published with each warning once, and what stood before is counted", async () => {
    using company = given();
    const outside =
      '  mail.send: { system: shop, level: external, sql: "select id from orders" }\n';
    const lacking = MAP.replace("agents:", `${outside}agents:`);
    company.write("map.yaml", lacking);
    const first = await company.muster("map", "publish", "--why", "The first.");
    const warnings = first.err.split("\n").filter((line) => line.startsWith("warning: "));
    expect(warnings.length).toBeGreaterThan(1);
    expect(new Set(warnings).size).toBe(warnings.length);
    expect(first.err).not.toContain("of the version before");
    const stay = `${warnings.length} warnings of the version before stay: muster map check says all.\n`;
    const again = await company.muster("map", "publish", "--why", "Again.");
    expect(again.err).toMatch(new RegExp(`^${stay}These files are version 1 already`));
    const other = outside.replace("mail.send", "mail.post");
    company.write("map.yaml", `# A line more.\n${lacking.replace("agents:", `${other}agents:`)}`);
    const second = await company.muster("map", "publish", "--why", "One more.");
    expect(second.err).not.toContain('mail.send" goes');
    expect(second.err).toContain('"mail.post" goes outside');
    expect(second.err).toContain(stay);
  });

  test("is drawn as a document and a picture", async () => {
    using company = given();
    const shown = await company.muster("map");
    expect(shown.out).toContain("# Harbour: work command map");
    expect(shown.out).toContain("flowchart LR");
    expect(shown.out).toContain("| **clerk** | record | order.read, order.close |");
    const written = await company.muster("map", "--out", "drawn");
    expect(written.code).toBe(0);
    const folder = join(company.folder, "drawn");
    expect(existsSync(join(folder, "map.md"))).toBe(true);
    expect(readFileSync(join(folder, "map.svg"), "utf8")).toContain("order.close");
    const { out } = await company.muster("map", "--json");
    const drawn = JSON.parse(out) as { readonly edges: readonly object[]; readonly reach: object };
    expect(drawn.reach).toMatchObject({
      clerk: [
        { tool: "order.read", entity: "orders", boundBy: [], records: null },
        { tool: "order.close", boundBy: ["order_id"], isWriting: true },
      ],
    });
    expect(drawn.edges).toContainEqual({
      from: "workflow:close",
      to: "agent:clerk",
      kind: "plain",
    });
    expect((await company.muster("map", "--of", "7")).code).not.toBe(0);
  });

  test("is asked who may do what, and what asks whom", async () => {
    using company = given();
    const { out, code } = await company.muster("which", "order.close");
    expect(code).toBe(0);
    expect(out).toBe("clerk\n  in close: may\n");
    const none = await company.muster("which", "order.close", "as", "nobody");
    expect(none.err).toContain('There is no agent "nobody" in the map.');
    const json = await company.muster("which", "order.close as clerk in close", "--json");
    expect(JSON.parse(json.out)).toMatchObject([{ agent: "clerk", verdict: "allow" }]);
  });
});
