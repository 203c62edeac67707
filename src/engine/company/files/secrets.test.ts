import { describe, expect, test } from "vitest";
import { secretsIn } from "./secrets.ts";

// Put together here, so that no file of ours looks like one that holds them.
const key = ["sk", "a".repeat(30)].join("-");
const aws = `AKIA${"Q".repeat(16)}`;

describe("secrets in a file", () => {
  test.each([
    [`headers: { x-key: ${key} }`, "An API key"],
    [`id: ${aws}`, "An access key of AWS"],
    [`token: "xoxb-${"1".repeat(12)}"`, "A token of Slack"],
    [`url: https://hooks.slack.com/services/T0/B0/${"z".repeat(10)}`, "A webhook of Slack"],
    [`authorization: Bearer ${"t".repeat(24)}`, "A token"],
    ["url: postgres://me:hunter22@db/x", "A password in an address"],
    ["password: hunter2222", "A secret"],
    [`const apiKey = 1;\n  "api_key": "${"k".repeat(12)}",`, "A secret"],
  ])("%s is told of, and never shown", (text, what) => {
    expect(secretsIn(text)).toMatchObject([{ what }]);
  });

  test.each([
    "token: $env.CRM_TOKEN",
    "password: { type: string }",
    "url: https://example.com/hook",
    "parameters: { secret: string }",
    "secret: null",
    "authorization: Bearer $env.TOKEN",
    "url: postgres://$env.USER:$env.PASSWORD@db/x",
  ])("%s is none", (text) => {
    expect(secretsIn(text)).toEqual([]);
  });

  test("are told of by line and column", () => {
    expect(secretsIn(`a: 1\nb: ${aws}\n`)).toEqual([
      { what: "An access key of AWS", line: 2, column: 4 },
    ]);
  });
});
