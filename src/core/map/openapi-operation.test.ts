import { describe, expect, test } from "vitest";
import { digestOf as digest } from "../../../test/given/workflow.ts";
import {
  contentOfMap,
  mapOfContent,
  openapiOperation,
  readDocument,
  readStatement,
} from "./index.ts";

const DOCUMENT = `
openapi: 3.0.3
servers: [{ url: https://crm.example/api }]
paths:
  /vouchers/{code}:
    parameters: [{ $ref: "#/components/parameters/Code" }]
    put:
      operationId: setVoucher
      summary: Sets a voucher.
      parameters:
        - { name: dry, in: query, schema: { type: boolean } }
        - { name: session, in: cookie, schema: { type: string } }
      requestBody:
        content: { application/json: { schema: { $ref: "#/components/schemas/Voucher" } } }
      responses:
        "201": { description: made, content: { application/json: { schema: { type: object } } } }
components:
  parameters: { Code: { name: code, in: path, required: true, schema: { type: string } } }
  schemas:
    Voucher: { type: object, required: [amount], properties: { amount: { type: number }, again: { $ref: "#/components/schemas/Voucher" } } }
`;

describe("an operation of an OpenAPI document", () => {
  test("is a tool: its method, its path, where each argument goes, and their schema", () => {
    expect(openapiOperation(readDocument(DOCUMENT), "setVoucher")).toMatchObject({
      method: "PUT",
      path: "/vouchers/{code}",
      places: { code: "path", dry: "query", amount: "body", again: "body" },
      args: {
        additionalProperties: false,
        required: ["code", "amount"],
        properties: { code: { type: "string" }, amount: { type: "number" } },
      },
      returns: { type: "object" },
      description: "Sets a voucher.",
    });
    expect(openapiOperation(readDocument(DOCUMENT), "PUT /vouchers/{code}")).toMatchObject({
      method: "PUT",
    });
  });

  test("that is not there is said with those that are", () => {
    expect(openapiOperation(readDocument(DOCUMENT), "x")).toEqual({
      wrong: 'The document has no operation "x". It has: setVoucher.',
    });
    expect(openapiOperation(readDocument("{"), "x")).toEqual({
      wrong: "The document is none of OpenAPI 3: it does not begin with openapi: 3.x.",
    });
  });

  test("gives its arguments to the tool that names it, and its document stands in the tool's digest", () => {
    const map = `
muster: 1
company: Harbour
systems: { crm: { kind: openapi, openapi: ./crm.yaml } }
tools: { voucher.set: { system: crm, level: record, operation: setVoucher, writes: vouchers } }
exceptions: { owner: operations }
`;
    const read = (document: string) =>
      mapOfContent(
        contentOfMap([
          { file: "map.yaml", text: map },
          { file: "crm.yaml", text: document },
        ]),
        digest,
      )?.tools["voucher.set"];
    const tool = read(DOCUMENT);
    expect(tool?.args).toMatchObject({ required: ["code", "amount"] });
    expect(tool?.description).toBe("Sets a voucher.");
    expect(read(`${DOCUMENT} `)?.digest).not.toBe(tool?.digest);
  });
});

describe("a statement", () => {
  test.each<[string, object]>([
    [
      "select a from b where c = :d and e = :d",
      { verb: "read", params: ["d"], places: ["d", "d"] },
    ],
    ["select ':no' -- :no\n, \":no\", x::text /* :no */ from y", { verb: "read", params: [] }],
    ["with a as (delete from b returning c) select c from a", { verb: "write" }],
    ["select a into b from c", { verb: "write" }],
    ["insert into a values (:key);", { verb: "write", params: ["key"] }],
    ["select replace(a, 'x', 'y') from b", { verb: "read" }],
    ["select $$ :no ; $$", { verb: "read", params: [] }],
  ])("%j is read", (text, expected) => {
    expect(readStatement(text)).toMatchObject(expected);
  });

  test.each([
    "select 1; select 2",
    "drop table a",
    "",
    "begin",
    "pragma writable_schema = on",
    "select 'open",
    "copy a to program 'x'",
  ])("%j is refused", (text) => {
    expect(readStatement(text)).toHaveProperty("wrong");
  });
});
