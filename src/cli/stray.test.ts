import { describe, expect, test } from "vitest";
import { strayOf } from "./stray.ts";

describe("what is thrown when nobody waits for it", () => {
  test("by an agent's code is named with its place and the mend, and is a warning", () => {
    const error = new TypeError("no such box");
    error.stack = `TypeError: no such box\n    at Timeout._onTimeout (file:///company/agents/mail.ts:7:3)\n    at listOnTimeout (node:internal/timers:605:17)`;
    expect(strayOf(error)).toMatchObject({
      severity: "warning",
      message: expect.stringContaining("TypeError: no such box"),
      where: { file: "/company/agents/mail.ts", line: 7, column: 3 },
    });
    expect(strayOf("a text")).toMatchObject({ message: expect.stringContaining("a text") });
  });

  test("by our own code is no agent's fault", () => {
    expect(strayOf(new Error("ours"))).toBeNull();
  });
});
