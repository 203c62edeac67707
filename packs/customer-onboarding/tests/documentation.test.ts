import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Json, text } from "../agents/parts/protocol.ts";
import { copyPack, outputsOf, type PackCopy } from "./pack-copy.ts";

const AGENT = "codi-documentation-writer";
const TENANT_ID = "0b0c7a39-8a54-5c57-9a1b-6a2f6e0d1c11";
const CUSTOMER = {
  id: "CUST-1016",
  name: "Lumen <Optics> & Sons",
  contact: "Pierre Garnier",
  email: "pgarnier@lumen-optics.example",
  tier: "enterprise",
  country: "FR",
  seats: 95,
  signed_on: "2025-09-11",
  logo: "",
};
const COMPLIANCE = [
  {
    framework: "HIPAA",
    controls: [
      { id: "HIPAA-5", title: "Second factor", setting: "second_factor", value: true, source: "x" },
    ],
  },
];

function inputs(given: { readonly [name: string]: Json } = {}): { readonly [name: string]: Json } {
  const customer = { ...CUSTOMER, ...given };
  return { tenant: { tenant_id: TENANT_ID, customer }, compliance: COMPLIANCE, market: null };
}

async function page(pack: PackCopy, given: { readonly [name: string]: Json }): Promise<string> {
  const { documentation_urls } = outputsOf(await pack.attempt(AGENT, { inputs: given }));
  return readFileSync(fileURLToPath(text(documentation_urls)), "utf8");
}

describe("an onboarding page", () => {
  test("names the customer, the tenant and the controls, all of it escaped", async () => {
    using pack = copyPack();
    const html = await page(pack, inputs());
    expect(html).toContain("Lumen &lt;Optics&gt; &amp; Sons");
    expect(html).not.toContain("<Optics>");
    expect(html).toContain(TENANT_ID);
    expect(html).toContain("<code>second_factor = true</code>");
    expect(html).not.toContain("{{");
  });

  test("says that market analytics are incomplete where there are none", async () => {
    using pack = copyPack();
    expect(await page(pack, inputs())).toContain("Market analytics: incomplete");
    const market = [{ country: "DE", companies: 31200, growth_percent: 0.9 }];
    expect(await page(pack, { ...inputs(), market })).toContain("Market analytics: incomplete");
  });

  test("tells the figures of the customer's own market where there are some", async () => {
    using pack = copyPack();
    const market = [
      { country: "DE", companies: 31200, growth_percent: 0.9 },
      { country: "FR", companies: 24100, growth_percent: 1.1 },
    ];
    const html = await page(pack, { ...inputs(), market });
    expect(html).toContain("24100 companies");
    expect(html).not.toContain("incomplete.");
  });

  test("holds the customer's logo", async () => {
    using pack = copyPack();
    const html = await page(pack, inputs({ logo: "atlantica-textiles.svg" }));
    expect(html).toContain('src="data:image/svg+xml;base64,');
  });

  test("shows initials and warns where the logo's file is missing, and the page is there", async () => {
    using pack = copyPack();
    const answer = await pack.attempt(AGENT, { inputs: inputs({ logo: "lumen.svg" }) });
    const file = fileURLToPath(text(outputsOf(answer)["documentation_urls"]));
    expect(readFileSync(file, "utf8")).toContain('<div class="logo initials">LO</div>');
    expect("warnings" in answer && answer.warnings).toEqual([
      "The logo of CUST-1016, branding/lumen.svg, is missing: its page shows the initials LO. Put it there and run again.",
    ]);
  });

  test("a logo outside of branding/ is not read", async () => {
    using pack = copyPack();
    const html = await page(pack, inputs({ logo: "../customers.csv" }));
    expect(html).toContain('<div class="logo initials">');
  });

  test("written again under the same key, it is not touched and nothing is left beside it", async () => {
    using pack = copyPack();
    const task = { inputs: inputs() };
    const first = await pack.attempt(AGENT, task);
    const file = fileURLToPath(text(outputsOf(first)["documentation_urls"]));
    const before = statSync(file, { bigint: true });
    expect(await pack.attempt(AGENT, task)).toEqual(first);
    expect(statSync(file, { bigint: true })).toMatchObject({
      ino: before.ino,
      mtimeNs: before.mtimeNs,
    });
    expect(readdirSync(dirname(file))).toEqual(["onboarding.html"]);
  });

  test("a template that asks for a value nobody has is a permanent error with its line", async () => {
    using pack = copyPack();
    writeFileSync(join(pack.folder, "templates", "onboarding.html"), "<p>{{name}}</p>\n{{fax}}\n");
    expect(await pack.attempt(AGENT, { inputs: inputs() })).toMatchObject({
      error: {
        kind: "invalid_input_data",
        message: expect.stringContaining("templates/onboarding.html:2  there is no value {{fax}}"),
      },
    });
  });

  test("what is no tenant is a permanent error, and no file is written", async () => {
    using pack = copyPack();
    const tenant = { tenant_id: "../../escaped", customer: CUSTOMER };
    const answer = await pack.attempt(AGENT, { inputs: { tenant, compliance: [], market: null } });
    expect(answer).toMatchObject({ error: { class: "permanent", kind: "invalid_input_data" } });
    expect(readdirSync(pack.folder)).not.toContain("output");
  });
});

describe("market analytics", () => {
  const fetchMarkets = (pack: PackCopy) =>
    pack.attempt("market-analyst", { inputs: { source: "market-analytics.csv" } });

  test("that were not delivered are a degradable error", async () => {
    using pack = copyPack();
    expect(await fetchMarkets(pack)).toMatchObject({
      error: {
        class: "degradable",
        kind: "non_critical_data_missing",
        message: expect.stringContaining("Data source unavailable"),
      },
    });
  });

  test("that were delivered are told by country, one for each of the pack's customers", async () => {
    using pack = copyPack();
    const delivered = join(pack.folder, "market-analytics.csv");
    copyFileSync(join(pack.folder, "examples", "market-analytics.csv"), delivered);
    const markets = outputsOf(await fetchMarkets(pack))["markets"];
    expect(markets).toContainEqual({ country: "DE", companies: 31200, growth_percent: 0.9 });
    const source = { source: "customers.csv", tier: "enterprise" };
    const loaded = outputsOf(await pack.attempt("data-engineering", { inputs: source }));
    const told = new Set((markets as readonly { country: string }[]).map((one) => one.country));
    const asked = loaded["customer_list"] as readonly { country: string }[];
    expect(asked.filter((customer) => !told.has(customer.country))).toEqual([]);
  });

  test("that are no numbers are a permanent error with the line", async () => {
    using pack = copyPack();
    const written = "country,companies,growth_percent\nDE,1,2\nFR,few,1\n";
    writeFileSync(join(pack.folder, "market-analytics.csv"), written);
    expect(await fetchMarkets(pack)).toMatchObject({
      error: { message: expect.stringContaining("market-analytics.csv:3") },
    });
  });
});
