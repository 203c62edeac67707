import { describe, expect, test } from "vitest";
import type { World } from "../../../../test/given/facts.ts";
import { type Given, given } from "../../../../test/given/run.ts";

const CAPABLE = { clerk: ["csv"], reader: ["csv"], writer: ["csv"] };

const stage = (world: World = {}): { run: Given; away: string[] } => {
  const away: string[] = [];
  const run = given(
    `
    parameters: { rows: [1, 2] }
    steps:
      - { id: a, needs: [csv], inputs: { rows: $params.rows }, retry: 3 }
    `,
    { capable: CAPABLE, away, ...world },
  );
  return { run, away };
};

const chosen = (run: Given): readonly (string | undefined)[] =>
  [
    run.events("step.started").find(({ path }) => path === "a")?.attempt,
    ...run.events("attempt.started"),
  ].map((opening) => `${opening?.agent}: ${opening?.chosen}`);

describe("the choice of an agent", () => {
  test("stands in the log with its reasons: who else, and why not", () => {
    const { run, away } = stage({
      refusing: { clerk: ({ rows }) => `it takes no ${JSON.stringify(rows)}` },
    });
    away.push("reader");
    run.start({ rows: [1, 2] });
    expect(chosen(run)).toEqual([
      "writer: writer can do it; not clerk, which does not take it: it takes no [1,2]; not reader: reader can do it",
    ]);
  });

  test("names five of the others, and counts the rest", () => {
    const names = ["b", "c", "d", "e", "f", "g", "h"];
    const capable = Object.fromEntries(["a", ...names].map((name) => [name, ["csv"]]));
    const { run } = stage({ capable });
    run.start({ rows: [] });
    const before = names.slice(0, 5).map((name) => `before ${name}: ${name} can do it`);
    expect(chosen(run)).toEqual([`a: a can do it; ${before.join("; ")}; and 2 more`]);
  });

  test("stays with who had it before, as long as that one is well", () => {
    const { run } = stage();
    run.start({ rows: [] });
    run.fails("a", "network_timeout", true);
    run.after(60_000);
    expect(chosen(run)[1]).toBe(
      "clerk: clerk can do it; it had it before; before reader: reader can do it; before writer: writer can do it",
    );
  });

  test("another capable agent takes over from one that is not well any more", () => {
    const { run, away } = stage();
    run.start({ rows: [] });
    run.answers("a", {
      kind: "refused",
      error: { class: "transient", kind: "agent_unavailable", message: "It is left alone." },
    });
    away.push("clerk");
    run.after(60_000);
    expect(run.attempt("a")).toMatchObject({ agent: "reader" });
    expect(chosen(run)[1]).toContain("not clerk: clerk can do it");
  });

  test("does not change while the call may have been done: its key is known to one agent alone", () => {
    const { run, away } = stage();
    run.start({ rows: [] });
    run.fails("a", "network_timeout", false);
    away.push("clerk");
    run.after(60_000);
    expect(run.attempt("a")).toMatchObject({ agent: "clerk" });
  });

  test("asks for inputs only where an agent says what it takes, and one that none takes is refused by the first", () => {
    const no = (): string => "it takes nothing";
    const { run } = stage({ refusing: { clerk: no, reader: no, writer: no } });
    run.start({ rows: [] });
    expect(run.attempt("a")).toMatchObject({ agent: "clerk" });
  });
});
