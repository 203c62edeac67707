import { describe, expect, test } from "vitest";
import { placesInModule } from "./module-place.ts";

const WRITTEN = `import { defineWorkflow } from "muster";
// agent: "loader" is ours; see "https://example.com/timeout: 5"
const often = { timeout: "5m" };
export const workflow = defineWorkflow({
  name: "greetings",
  steps: [
    { id: "load", agent: "loader", retry: { max_attempts: 3 }, outputs: { "rows": "string[" } },
    {
      timeout: "1m",
      id: "greet", // retry: 2
      agent: "mailer",
      retry: 2,
      inputs: { to: "$load.rwos" },
    },
    { id: "twice", agent: "mailer", timeout: "2m" },
    { id: "twice", agent: "mailer", task: "max_attempts: 3 }" },
  ],
});
`;

const VALUE = {
  name: "greetings",
  steps: [
    { id: "load", agent: "loader", retry: { max_attempts: 3 }, outputs: { rows: "string[" } },
    { id: "greet", agent: "mailer", retry: 2, timeout: "1m", inputs: { to: "$load.rwos" } },
    { id: "twice", agent: "mailer", timeout: "2m" },
    { id: "twice", agent: "mailer", task: "max_attempts: 3 }" },
  ],
};

const placeOf = placesInModule({ file: "greetings.ts", text: WRITTEN }, VALUE);

function at(path: readonly (string | number)[], options: { key?: boolean; offset?: number } = {}) {
  const { line, column } = placeOf(path, options);
  return `${line}:${column}`;
}

describe("what a module defines is found in its text", () => {
  test("by a text that stands there once, comments not counted, with the character in it", () => {
    expect(at(["steps", 0, "agent"])).toBe("7:26");
    expect(at(["steps", 1, "inputs", "to"], { offset: 6 })).toBe("13:28");
  });

  test("by a key that stands there once, quoted or not", () => {
    expect(at(["steps", 0, "outputs", "rows"], { key: true })).toBe("7:75");
    expect(at(["steps", 0, "retry", "max_attempts"], { key: true })).toBe("7:45");
  });

  test("by the key in the map of a step whose id stands there once", () => {
    expect(at(["steps", 0, "retry"])).toBe("7:36");
    expect(at(["steps", 1, "retry"])).toBe("12:7");
    expect(at(["steps", 1, "timeout"], { key: true })).toBe("9:7");
  });

  test("by its step, where the key is not found", () => {
    expect(at(["steps", 1])).toBe("10:7");
    expect(at(["steps", 1, "after"])).toBe("10:7");
  });

  test("and else stands at the head of the file", () => {
    expect(at(["steps", 2])).toBe("1:1");
    expect(at(["steps", 3, "agent"])).toBe("1:1");
    expect(at([])).toBe("1:1");
    expect(placesInModule({ file: "a.ts", text: null }, VALUE)(["steps", 0, "agent"], {})).toEqual({
      file: "a.ts",
      line: 1,
      column: 1,
    });
  });
});
