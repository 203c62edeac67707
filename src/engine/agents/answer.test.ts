import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RETRY_AFTER_MS_MOST } from "../outside/index.ts";
import { checkAnswer, TEXT_CHARACTERS_MOST } from "./answer.ts";
import { OUTPUT_BYTES_MOST } from "./invalid-answer.ts";

const check = (given: unknown) =>
  checkAnswer(given, {
    name: "clerk",
    classOf: (kind) => (kind === "authentication_failure" ? "permanent" : null),
  });
const errorOf = (given: unknown) => {
  const answer = check(given);
  return "error" in answer ? answer.error : null;
};

describe("an agent's answer", () => {
  test("outputs are taken as they are", () => {
    expect(check({ outputs: { total: 3, rows: [{ id: "a" }] } })).toEqual({
      outputs: { total: 3, rows: [{ id: "a" }] },
    });
  });

  test("without outputs or error it is a transient failure that names what it has instead", () => {
    expect(errorOf({ total: 3 })).toMatchObject({ class: "transient", kind: "invalid_answer" });
    expect(errorOf({ total: 3 })?.message).toContain(
      'neither "outputs" nor "error", but: total. An answer is',
    );
  });

  test.each([
    undefined,
    null,
    "done",
    7,
    [],
    () => 1,
    { outputs: [] },
    { outputs: "x" },
    { error: 7 },
  ])("%j is no answer", (given) => {
    expect(errorOf(given)).toMatchObject({ class: "transient", kind: "invalid_answer" });
  });

  test("whatever an agent gives, it is outputs or a failure with a sentence, and nothing is thrown", () => {
    const shaped = fc.record(
      {
        outputs: fc.anything(),
        error: fc.anything(),
        usage: fc.anything(),
        warnings: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(shaped, fc.anything()), (given) => {
        const answer = check(given);
        const said = "error" in answer ? answer.error.message : answer.outputs;
        expect(said).toSatisfy((one) => one !== "" && one !== null);
        expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
      }),
    );
  });

  test("what is larger than the limit is a failure", () => {
    expect(errorOf({ outputs: { text: "x".repeat(OUTPUT_BYTES_MOST) } })?.message).toContain(
      "larger than",
    );
  });

  test("an error may give its kind alone: the class is the table's, else transient", () => {
    expect(errorOf({ error: { kind: "authentication_failure", message: "no" } })?.class).toBe(
      "permanent",
    );
    expect(errorOf({ error: { kind: "moon_phase", message: "no" } })?.class).toBe("transient");
  });

  test("an error's own class goes before the table's, and one that is no class does not count", () => {
    const kind = "authentication_failure";
    expect(errorOf({ error: { class: "critical", kind, message: "no" } })?.class).toBe("critical");
    expect(errorOf({ error: { class: "dreadful", kind, message: "no" } })?.class).toBe("permanent");
  });

  test("an error may be a text", () => {
    expect(errorOf({ error: "no such file" })).toEqual({
      class: "transient",
      kind: "agent_failed",
      message: "no such file",
    });
  });

  test("only a true or false says whether nothing was done", () => {
    expect(errorOf({ error: { message: "no", certain: true } })?.certain).toBe(true);
    expect(errorOf({ error: { message: "no", certain: "yes" } })).not.toHaveProperty("certain");
  });

  test.each([
    [30, 30_000],
    ["30", 30_000],
    ["5s", 5_000],
    ["2 minutes", 120_000],
    ["250ms", 250],
    ["1.5 h", 5_400_000],
    [1e12, RETRY_AFTER_MS_MOST],
  ])("retryAfter %j is %i milliseconds", (retryAfter, ms) => {
    expect(errorOf({ error: { message: "later", retryAfter } })?.retryAfterMs).toBe(ms);
  });

  test.each([-1, "soon", "", "-3", null, "5 fortnights", {}])(
    "retryAfter %j is left out",
    (retryAfter) => {
      expect(errorOf({ error: { message: "later", retryAfter } })).not.toHaveProperty(
        "retryAfterMs",
      );
    },
  );

  test("its usage is kept, of outputs and of errors", () => {
    const usage = { tokens: 12, costMicros: 90, currency: "usd", calls: 1, colour: "red" };
    const kept = { tokens: 12, costMicros: 90, currency: "USD", calls: 1 };
    expect(check({ outputs: {}, usage })).toEqual({
      outputs: {},
      usage: kept,
      warnings: [
        "Of the agent's usage nothing counts colour; it may say tokens, costMicros, currency, calls.",
      ],
    });
    expect(check({ error: "no", usage })).toMatchObject({ usage: kept });
  });

  test("a usage that cannot be read does not undo the work: it is left out with a warning", () => {
    for (const usage of [7, { tokens: -1 }, { costMicros: 0.5 }, { currency: "euros" }]) {
      expect(check({ outputs: { a: 1 }, usage })).toEqual({
        outputs: { a: 1 },
        warnings: ["The agent's usage could not be read and was left out."],
      });
    }
  });

  test("texts are bounded: warnings in number and length, a message in length", () => {
    const warnings = [
      "x".repeat(TEXT_CHARACTERS_MOST + 1),
      7,
      ...Array.from({ length: 200 }, () => "w"),
    ];
    const answer = check({ outputs: {}, warnings });
    const kept = "outputs" in answer ? (answer.warnings ?? []) : [];
    expect(kept).toHaveLength(101);
    expect(kept[0]).toHaveLength(TEXT_CHARACTERS_MOST);
    expect(kept.at(-1)).toBe("102 more of the agent's warnings were left out.");
    expect(errorOf({ error: "x".repeat(TEXT_CHARACTERS_MOST + 1) })?.message).toHaveLength(
      TEXT_CHARACTERS_MOST,
    );
  });
});
