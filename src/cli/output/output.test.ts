import { describe, expect, test } from "vitest";
import { lettersWorkflow } from "../../../test/given/checked.ts";
import { emptyHistory, type History, readEvent } from "../../core/history/index.ts";
import type { Body, Event } from "../../core/machine/index.ts";
import {
  changeLines,
  complaint,
  cut,
  dayAndTime,
  duration,
  ITEM_LINES_MOST,
  openTerminal,
  plain,
  tableLines,
  treeLines,
  widthOf,
} from "./index.ts";
import { wrapped } from "./text.ts";
import { valueLine } from "./value.ts";

const START = 1_765_533_600_000;
const refused = {
  class: "transient",
  kind: "api_rate_limit",
  message: "API rate limit exceeded",
} as const;

const begun = (path: string, more: object = {}): Body => ({
  type: "step.started",
  path,
  slot: 0,
  ...more,
});
const attempted = (path: string): Body =>
  begun(path, { attempt: { agent: "loader", effects: "pure" } });
const ended = (path: string, more: object = {}): Body => ({
  type: "step.finished",
  path,
  outcome: "completed",
  ...more,
});

function numbered(bodies: readonly Body[]): readonly Event[] {
  return bodies.map((body, at) => ({ ...body, seq: at + 1, at: START + at * 1000, by: "muster" }));
}

const SENDING: readonly Body[] = [
  begun(""),
  begun("load"),
  attempted("load/1"),
  ended("load/1"),
  ended("load"),
  begun("send"),
  attempted("send/2"),
  {
    type: "attempt.ended",
    path: "send/2",
    key: 7,
    outcome: "failed",
    error: refused,
    doubt: false,
  },
  { type: "timer.set", path: "send/2", due: START + 20_000, why: "backoff" },
  begun("send/letters", { count: 50 }),
  ...Array.from({ length: 10 }, (_, at) => attempted(`send/letters[${at}]`)),
  ...Array.from({ length: 6 }, (_, at) => ended(`send/letters[${at}]`)),
  ended("send/letters[6]", { outcome: "failed", error: refused }),
];

function sending(): History {
  return numbered(SENDING).reduce(readEvent, emptyHistory(lettersWorkflow()));
}

function channel(columns: number): Parameters<typeof treeLines>[1] {
  const stream = { write: () => true, isTTY: true, columns };
  return openTerminal({ stdout: stream, stderr: stream }, { NO_COLOR: "1" }, false).side;
}

describe("the tree of a run", () => {
  test("has a line for each step, with what it waits for and when it is tried again", () => {
    const lines = treeLines(sending(), channel(120), { now: START + 16_000, zone: "UTC" });
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      "example 1.2.0 · ● running · 13 % · 0 ms
      ✓ Preparation       completed  3.0 s
        ✓ Load customers  completed  loader · 1.0 s
      ● Letters           running    11 s
        ↻ Write letters   retrying   loader · next try in 4.0 s · 10 s · API rate limit exceeded
        ● Send letters    running    6 of 50 completed, 3 running, 1 failed · 7.0 s"
    `);
  });

  test("is never wider than the terminal", () => {
    const lines = treeLines(sending(), channel(40), { now: START + 16_000, zone: "UTC" });
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(40);
  });

  test("folds what has ended when it is higher than the terminal, and says what is left out", () => {
    const four = treeLines(sending(), channel(120), { now: START, zone: "UTC", rows: 5 });
    expect(four.map((line) => line.trim().slice(0, 15))).toMatchInlineSnapshot(`
      [
        "example 1.2.0 ·",
        "✓ Preparation  ",
        "● Letters      ",
        "↻ Write letters",
        "● Send letters ",
      ]
    `);
    const two = treeLines(sending(), channel(120), { now: START, zone: "UTC", rows: 3 });
    expect(two).toHaveLength(3);
    expect(two.at(-1)).toBe("… 3 more lines");
  });
});

describe("the plain lines of a run", () => {
  test("tell of the items of an each by the tenth, and of the first that fail", () => {
    const failing = Array.from({ length: 50 }, (_, at) => [
      attempted(`send/letters[${at}]`),
      ended(`send/letters[${at}]`, at < 30 ? { outcome: "failed", error: refused } : {}),
    ]);
    const linesOf = changeLines("UTC");
    let history = emptyHistory(lettersWorkflow());
    const lines: string[] = [];
    for (const event of numbered([begun("send/letters", { count: 50 }), ...failing.flat()])) {
      history = readEvent(history, event);
      lines.push(...linesOf(event, history));
    }
    const said = lines.map((line) => line.slice(28));
    expect(said.filter((line) => line.includes("failed"))).toHaveLength(ITEM_LINES_MOST);
    expect(said[0]).toBe("Send letters: 50 items");
    expect(said[1]).toBe("Letter[0]: failed, API rate limit exceeded");
    expect(said.at(-1)).toBe("Send letters: 40 % of 50 items");
    expect(said.length).toBeLessThan(ITEM_LINES_MOST + 15);
  });

  test("begin with the time by the company's clocks, and say whose those are", () => {
    const linesOf = changeLines("Asia/Hong_Kong");
    let history = emptyHistory(lettersWorkflow());
    const lines = numbered([attempted("load/1"), ended("load/1")]).flatMap((event) => {
      history = readEvent(history, event);
      const utc = new Date(event.at + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
      const said = linesOf(event, history);
      expect(said.at(-1)?.slice(0, 19)).toBe(utc);
      return said;
    });
    expect(lines[0]).toBe("Times are Asia/Hong_Kong.");
    expect(lines.filter((line) => line.startsWith("Times"))).toHaveLength(1);
  });

  test("give each warning a line of its own, at most five and the count of the others", () => {
    const warnings = Array.from({ length: 7 }, (_, at) => `row ${at} is bad. ${"x".repeat(300)}`);
    const linesOf = changeLines("UTC");
    let history = emptyHistory(lettersWorkflow());
    const lines: string[] = [];
    for (const event of numbered([attempted("load/1"), ended("load/1", { warnings })])) {
      history = readEvent(history, event);
      lines.push(...linesOf(event, history));
    }
    const said = lines.map((line) => line.slice(28));
    expect(said).toHaveLength(8);
    expect(said[2]).toMatch(/^Load customers: warning: row 0 is bad\. x+…$/);
    expect(said.at(-1)).toBe("Load customers: and 2 more warnings");
  });
});

describe("the plain lines of a step", () => {
  const said = (bodies: readonly Body[], workflow = lettersWorkflow()): readonly string[] => {
    const linesOf = changeLines("UTC");
    let history = emptyHistory(workflow);
    return numbered(bodies).flatMap((event) => {
      history = readEvent(history, event);
      return linesOf(event, history).map((line) => line.slice(28));
    });
  };

  test("that was approved without a reason say so, and its first attempt is none again", () => {
    const digest = "sha256:0" as const;
    const gate = { digest, ask: "Go on?", chain: "", from: ["ana"], need: 1 };
    const running = { type: "attempt.started", path: "load/1", agent: "loader", effects: "pure" };
    expect(
      said([
        begun("load/1", { gate }),
        { type: "gate.closed", key: 1, path: "load/1", allowed: true, why: "" },
        running as Body,
        { ...(running as object), call: 3 } as Body,
      ]),
    ).toEqual([
      "Load customers: waits for a decision of ana",
      "Load customers: approved",
      "Load customers: running (loader)",
      "Load customers: running again (loader)",
    ]);
  });

  test("that is undone name it", () => {
    const workflow = lettersWorkflow();
    const [phase] = workflow.root.steps;
    const [load] = phase?.kind === "block" ? phase.steps : [];
    if (phase?.kind !== "block" || load?.kind !== "task") throw new Error("no task");
    const compensate = { agent: "loader", inputs: {}, timeoutMs: null };
    const steps = [{ ...phase, steps: [{ ...load, compensate }] }];
    const undoable = { ...workflow, root: { ...workflow.root, steps } } as typeof workflow;
    const bodies = [attempted("load/1"), ended("load/1"), attempted("!undo/1")];
    expect(said(bodies, undoable).at(-1)).toBe("undo of Load customers: running (loader)");
  });
});

describe("a text from outside", () => {
  test("can neither colour nor clear the terminal, nor begin a line of its own", () => {
    expect(plain("\u001b[2J\u001b[31mred\u001b[0m\nerror: not ours\u202e\u0007")).toBe(
      "red error: not ours",
    );
  });

  test("is cut by the columns it takes, not by its characters", () => {
    expect(cut("客户入职流程", 7)).toBe("客户入…");
    expect(widthOf("客户 ab")).toBe(7);
    expect(cut("short", 5)).toBe("short");
  });
});

test("a time by which people are to act is shown by their own clocks, which are named", () => {
  const at = Date.UTC(2026, 10, 23, 22, 5);
  expect(dayAndTime(at, "Asia/Hong_Kong")).toBe("Tue 24 Nov 2026, 06:05 (Asia/Hong_Kong)");
  expect(dayAndTime(at, "UTC")).toBe("Mon 23 Nov 2026, 22:05 (UTC)");
});

describe("a duration", () => {
  test.each([
    [0, "0 ms"],
    [99, "99 ms"],
    [420, "0.4 s"],
    [9_960, "10 s"],
    [38_000, "38 s"],
    [72_000, "1 min 12 s"],
    [12_720_000, "3 h 32 min"],
    [169_200_000, "1 d 23 h"],
    [-5, "0 ms"],
  ])("of %d ms is %s", (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});

describe("colour", () => {
  const pipe = { write: () => true };
  const tty = { write: () => true, isTTY: true };
  const coloured = (stream: typeof pipe, env: Record<string, string>): boolean =>
    openTerminal({ stdout: stream, stderr: stream }, env, false).answer.paint("red", "x") !== "x";

  test("is for terminals, and NO_COLOR and FORCE_COLOR are heeded", () => {
    expect(coloured(tty, {})).toBe(true);
    expect(coloured(pipe, {})).toBe(false);
    expect(coloured(tty, { NO_COLOR: "1" })).toBe(false);
    expect(coloured(pipe, { FORCE_COLOR: "1" })).toBe(true);
    expect(coloured(pipe, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
    expect(coloured(tty, { FORCE_COLOR: "0" })).toBe(false);
    expect(coloured(tty, { TERM: "dumb" })).toBe(false);
  });
});

describe("a complaint", () => {
  test("says where, what and the mend, relative to where the person stands", () => {
    const where = { file: "/shop/workflows/a.yaml", line: 14, column: 3 };
    const problem = {
      code: "unknown-step",
      message: 'step "merge" is not here',
      where,
      mend: 'Did you mean "marge"?',
    } as const;
    const paint = (_style: string, text: string): string => text;
    expect(complaint(paint, problem, "/shop")).toBe(
      'error: workflows/a.yaml:14:3  step "merge" is not here\n  mend: Did you mean "marge"?',
    );
    expect(complaint(paint, problem, "/elsewhere")).toContain("error: /shop/workflows/a.yaml:14:3");
  });
});

describe("a table", () => {
  const heads = [
    { title: "RUN" },
    { title: "WORKFLOW", least: 6 },
    { title: "TOOK", goes: 0 },
    { title: "NOTE" },
  ];
  const row = ["wf_1", "customer-onboarding", "3.4 s", "a reason that is much too long for this"];

  test("is never wider than the terminal: cells are cut, then columns are left out", () => {
    const rows = [row.map((text) => ({ text }))];
    expect(tableLines(heads, rows, 60)).toEqual([
      "RUN   WORKFLOW             TOOK   NOTE",
      "wf_1  customer-onboarding  3.4 s  a reason that is much too…",
    ]);
    expect(tableLines(heads, rows, 26)).toEqual([
      "RUN   WORKFLOW  NOTE",
      "wf_1  custome…  a reason…",
    ]);
  });

  test("leaves out a column in which nothing stands", () => {
    const rows = [[...row.slice(0, 3), ""].map((text) => ({ text }))];
    expect(tableLines(heads, rows, 60)).toEqual([
      "RUN   WORKFLOW             TOOK",
      "wf_1  customer-onboarding  3.4 s",
    ]);
  });
});

describe("a value in one line", () => {
  test("is told of by its names and counts", () => {
    const customers = [1, 2, 3, 4, 5].map((id) => ({ address: {}, id: `C-${id}` }));
    expect(valueLine(customers, 60)).toBe("5 (C-1, C-2, C-3, C-4, …)");
    expect(valueLine(customers, 18)).toBe("5 (C-1, C-2, …)");
    expect(valueLine({ rows: 62, bad: [{}, {}], none: [], by: { id: 1 }, at: {} }, 60)).toBe(
      "rows 62, bad ×2, none none, by 1, at {…}",
    );
    expect(valueLine([], 60)).toBe("none");
    expect(valueLine(null, 60)).toBe("nothing");
    expect([{}, "", [""]].map((value) => valueLine(value, 60))).toEqual(["{}", '""', '1 ("")']);
  });

  test("keeps the end of an address that is too long, and is never too wide", () => {
    const pages = ["file:///shop/output/docs/one.html", "file:///shop/output/docs/two.html"];
    expect(valueLine(pages, 32)).toBe("2 (file:///shop/ou…/one.html, …)");
    expect(widthOf(valueLine("x".repeat(100), 20))).toBe(20);
  });
});

describe("a long line", () => {
  test("is broken between words, and hangs", () => {
    expect(wrapped("- one two three", 9)).toEqual(["- one two", "  three"]);
  });
});
