import { describe, expect, test } from "vitest";
import { muster, open, whole } from "../given-program.ts";

describe("muster publish", () => {
  test("takes what an event brings as JSON or text, and loses no digit", async () => {
    const company = open(whole);
    const values = ["n=12", 'on="true"', "off=true", "price=1.50", "long=12345678901234567890"];
    const words = ["--key", "A1", "--id", "m-1", ...values, "note=@@ana", "list=[1]"];
    const { code, out } = await muster(company, "publish", "payment", ...words);
    expect([code, out]).toEqual([0, "0 runs were told.\n"]);
    const brings = {
      n: 12,
      on: "true",
      off: true,
      price: "1.50",
      long: "12345678901234567890",
      note: "@ana",
      list: [1],
    };
    expect(company.published).toEqual([["payment", brings, { by: "ana", key: "A1", id: "m-1" }]]);
  });

  test("says what is no name=value and what cannot be read, all at once, and publishes nothing", async () => {
    const company = open(whole);
    const { code, side } = await muster(company, "publish", "payment", "much", "file=@none.json");
    expect(code).toBe(2);
    expect(side).toContain('"much" is no name=value.');
    expect(side).toContain("none.json cannot be read");
    expect(company.published).toEqual([]);
  });
});
