import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCsv } from "../agents/parts/csv.ts";
import type { Customer } from "../agents/parts/customer.ts";
import { copyPack, outputsOf } from "./pack-copy.ts";

const INPUTS = { source: "customers.csv", validate_schema: true, tier: "enterprise" };

describe("reading customers", () => {
  test("the pack's file gives fifty customers, each once", async () => {
    using pack = copyPack();
    const { customer_list } = outputsOf(await pack.attempt("data-engineering", { inputs: INPUTS }));
    const customers = customer_list as readonly Customer[];
    expect(customers).toHaveLength(50);
    expect(new Set(customers.map((customer) => customer.id)).size).toBe(50);
    expect(customers[1]?.name).toBe("Brandt, Keller & Söhne");
    expect(customers[4]?.name).toBe('Clínica "Santa Aurora"');
    expect(customers[34]?.name).toBe("Grupo Mirador\nConstrucciones");
  });

  test("every bad row is reported with its line, its column, what is wrong and the mend", async () => {
    using pack = copyPack();
    const answer = await pack.attempt("data-engineering", { inputs: INPUTS });
    const report = outputsOf(answer)["validation_report"] as {
      readonly problems: readonly Readonly<Record<string, unknown>>[];
    };
    expect(report).toMatchObject({ rows_read: 62, rows_good: 53, rows_bad: 9, other_tiers: 3 });
    const place = ({ line, column, field, what }: Readonly<Record<string, unknown>>): string =>
      `${String(line)}:${String(column)} ${String(field)}: ${String(what)}`;
    expect(report.problems.map(place)).toEqual([
      "5:11 name: the name is missing",
      "12:41 email: this is no e-mail address",
      "18:70 tier: nobody knows this tier",
      "23:1 id: the id stands already in line 9",
      "33:91 signed_on: there is no such day",
      "42:88 seats: seats is no number of people",
      "54:1 : the row has 8 fields where the header has 9",
      "59:1 : the row has 10 fields where the header has 9",
      "62:1 id: the id has another form",
      "62:68 country: this is no country code",
      "62:80 signed_on: this is no date",
    ]);
    for (const problem of report.problems) expect(problem["mend"]).not.toBe("");
    expect("warnings" in answer && answer.warnings).toHaveLength(11);
  });

  test("a batch is a part of the file, and batches do not overlap", async () => {
    using pack = copyPack();
    const ids = async (batch: number): Promise<readonly string[]> => {
      const inputs = { ...INPUTS, batch_size: 30, batch };
      const { customer_list } = outputsOf(await pack.attempt("data-engineering", { inputs }));
      return (customer_list as readonly Customer[]).map((customer) => customer.id);
    };
    const [first, second] = [await ids(1), await ids(2)];
    expect([first.length, second.length]).toEqual([30, 20]);
    expect(new Set([...first, ...second]).size).toBe(50);
  });

  test("another tier gives other customers", async () => {
    using pack = copyPack();
    const inputs = { ...INPUTS, tier: "business" };
    const { customer_list } = outputsOf(await pack.attempt("data-engineering", { inputs }));
    expect(customer_list).toMatchObject([{ id: "CUST-1054" }, { id: "CUST-1058" }]);
  });

  test("rows that nobody wants checked are taken as they are, except a second one of an id", async () => {
    using pack = copyPack();
    const inputs = { ...INPUTS, validate_schema: false, batch_size: 1000, tier: "" };
    const { validation_report } = outputsOf(await pack.attempt("data-engineering", { inputs }));
    expect(validation_report).toMatchObject({ rows_read: 62, rows_bad: 3 });
  });

  test.each([
    ["a file that is not there", null, "some.csv cannot be read"],
    ["a file without a column", "id,name\nCUST-1,A\n", "some.csv:1  the header has no"],
    ["a file that is no text", Buffer.from([0xff, 0xfe, 0x00]), "cannot be read as"],
    ["an empty file", "", "the header has no column id"],
  ])("%s is a permanent error that says so", async (_, content, message) => {
    using pack = copyPack();
    if (content !== null) writeFileSync(join(pack.folder, "some.csv"), content);
    const inputs = { ...INPUTS, source: "some.csv" };
    expect(await pack.attempt("data-engineering", { inputs })).toMatchObject({
      error: {
        class: "permanent",
        kind: "invalid_input_data",
        message: expect.stringContaining(message),
      },
    });
  });

  test("a limit that makes no sense is a permanent error that says so", async () => {
    using pack = copyPack();
    for (const wrong of [{ batch_size: 0 }, { batch_size: 2.5 }, { batch: 0 }, { batch: 9 }]) {
      const answer = await pack.attempt("data-engineering", { inputs: { ...INPUTS, ...wrong } });
      expect(answer).toMatchObject({ error: { kind: "invalid_input_data" } });
    }
  });
});

describe("comma-separated values", () => {
  const texts = (written: string): readonly (readonly string[])[] =>
    readCsv(written).records.map((record) => record.fields.map((field) => field.text));

  test("quoted fields hold commas, quotation marks and line ends", () => {
    expect(texts('a,"b, ""c""\r\nd",e\r\n')).toEqual([["a", 'b, "c"\r\nd', "e"]]);
  });

  test("a byte order mark, empty lines, a missing last line end and empty fields are allowed", () => {
    expect(texts("\uFEFFa,b\n\n,\r\n\nc,")).toEqual([
      ["a", "b"],
      ["", ""],
      ["c", ""],
    ]);
  });

  test("a field knows where it stands, also after a line end within a field", () => {
    const [, second] = readCsv('"a\nb",c\nd,e').records;
    expect(second).toMatchObject({ line: 3, fields: [{ column: 1 }, { line: 3, column: 3 }] });
    expect(readCsv('"a\nb",c').records[0]?.fields[1]).toMatchObject({ line: 2, column: 4 });
  });

  test.each([
    ['a,b"c', { line: 1, column: 4, what: /inside a field/ }],
    ['a,"b', { line: 1, column: 3, what: /never closed/ }],
    ['a\n"b"c,d', { line: 2, column: 4, what: /after the closing/ }],
  ])("%j cannot be read, and the place is told", (written, { what, ...place }) => {
    const { faults } = readCsv(written);
    expect(faults).toMatchObject([{ ...place, what: expect.stringMatching(what) }]);
  });

  test("a row that cannot be read is a bad row, and those after it are read", async () => {
    using pack = copyPack();
    const header = "id,name,contact,email,tier,country,seats,signed_on,logo";
    const row = (id: string, name: string): string =>
      `${id},${name},Ana,ana@a.example,enterprise,DE,5,2025-01-31,`;
    const written = [header, row("CUST-0001", 'Big "B" Ltd'), row("CUST-0002", "C")].join("\r\n");
    writeFileSync(join(pack.folder, "some.csv"), written);
    const inputs = { ...INPUTS, source: "some.csv" };
    const outputs = outputsOf(await pack.attempt("data-engineering", { inputs }));
    expect(outputs["customer_list"]).toMatchObject([{ id: "CUST-0002" }]);
    expect(outputs["validation_report"]).toMatchObject({
      rows_bad: 1,
      problems: [{ line: 2 }, {}],
    });
  });
});
