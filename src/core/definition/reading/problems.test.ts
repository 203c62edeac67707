import { describe, expect, test } from "vitest";
import { parseDigest } from "../../id.ts";
import { readWorkflow } from "../read-workflow.ts";
import { STEP_NESTING_MOST, STEPS_MOST } from "../steps/sketch.ts";
import type { Surroundings } from "../surroundings.ts";
import { parseType } from "../types/type.ts";
import { PROBLEMS_MOST } from "./report.ts";

const text = parseType("string", {}).type;
const number = parseType("number", {}).type;

function digest(): NonNullable<ReturnType<typeof parseDigest>> {
  const made = parseDigest(`sha256:${"0".repeat(64)}`);
  if (made === null) throw new Error("no digest");
  return made;
}

const COMPANY: Surroundings = {
  digest,
  agents: {
    loader: { capabilities: ["csv", "sql"] },
    mailer: {
      capabilities: ["mail"],
      inputs: { open: false, fields: { to: text, count: number } },
    },
    counter: {
      capabilities: [],
      outputs: { open: false, fields: { count: number, rows: parseType("string[]", {}).type } },
    },
  },
  workflows: {
    onboarding: {
      params: { size: { type: number, required: true }, tier: { type: text, required: false } },
    },
  },
};

/** "line:column code" of every problem, with the words of those that match. */
function said(text: string, surroundings = COMPANY): readonly string[] {
  return readWorkflow({ file: "a.yaml", text }, surroundings).problems.map(
    ({ code, message, where, mend = "" }) =>
      `${where?.line}:${where?.column} ${code} ${message} ${mend}`,
  );
}

/** The problems of one step that is written as a flow map under `steps`. */
function ofStep(step: string, more = ""): readonly string[] {
  return said(`${more}steps:\n  - ${step}\n`);
}

describe("a workflow file that is wrong", () => {
  test("says every problem at once, in the order of the file", () => {
    const problems = said(
      [
        "muster: 2",
        "nmae: x",
        "max_concurrency: 21",
        "steps:",
        "  - {id: 1, agent: loadr, timeout: soon}",
        "  - {id: 1, agent: loader, inputs: {x: $step9.rows}}",
        "  - {agent: loader, when: 1 +}",
      ].join("\n"),
    );
    expect(problems.map((problem) => problem.split(" ", 2).join(" "))).toEqual([
      "1:9 wrong-value",
      "2:1 unknown-key",
      "3:18 impossible-limit",
      "5:20 unknown-agent",
      "5:36 wrong-value",
      "6:10 duplicate",
      expect.stringMatching(/^6:\d+ unknown-step/),
      expect.stringMatching(/^7:\d+ bad-expression/),
    ]);
    expect(problems[1]).toContain(`Did you mean "name"?`);
    expect(problems[3]).toContain(`Did you mean "loader"?`);
  });

  test("is told the nearest key, and where a key belongs", () => {
    expect(ofStep("{agnt: loader}")).toEqual([expect.stringMatching(/2:6 unknown-key.*"agent"/)]);
    expect(ofStep("{gate: Go?, retry: 3}")[0]).toMatch(
      /2:17 unknown-key A gate step takes no "retry"; it belongs to: task, tool, workflow/,
    );
    expect(ofStep("{agent: loader, sla: 1h}")[0]).toMatch(/"sla" comes in a later release/);
  });

  test("is told the values that are allowed", () => {
    expect(ofStep("{agent: loader, error_strategy: retry_with_backof}")[0]).toMatch(
      /wrong-value "error_strategy" wants one of .*Did you mean "retry_with_backoff"/,
    );
    expect(ofStep("{agent: loader, retry: {backoff: never}}")[0]).toMatch(/"retry.backoff".*fixed/);
    expect(ofStep("{agent: loader, optional: maybe}")[0]).toMatch(/wants true or false/);
  });

  test("is told of limits that cannot be kept", () => {
    for (const limit of ["0", "21", "1.5"]) {
      const [problem] = said(`max_concurrency: ${limit}\nsteps: [{agent: loader}]\n`);
      expect(problem).toMatch(/1:18 (impossible-limit|wrong-type)/);
    }
    expect(ofStep("{agent: loader, timeout: 0}")[0]).toMatch(/impossible-limit/);
    expect(ofStep("{agent: loader, retry: {initial_delay: 1m, max_delay: 5s}}")[0]).toMatch(
      /impossible-limit The longest wait/,
    );
    expect(ofStep("{gate: {ask: Go?, from: [ana], need: 2}}")[0]).toMatch(
      /impossible-limit 2 people/,
    );
    expect(ofStep("{agent: loader, repeat: {until: outputs.ok, at_most: 0}}")[0]).toMatch(
      /impossible-limit/,
    );
  });

  test("is told when it is too long, too deep, or has more problems than anybody reads", () => {
    const many = "steps:\n" + "  - {agent: loader}\n".repeat(STEPS_MOST + 1);
    expect(said(many)).toEqual([expect.stringMatching(/limit There are more than/)]);
    let deep = "{agent: loader}";
    for (let level = 0; level <= STEP_NESTING_MOST; level++) deep = `{steps: [${deep}]}`;
    expect(ofStep(deep)).toEqual([expect.stringMatching(/limit Steps stand inside one another/)]);
    const wrong = "steps:\n" + "  - {agent: nobody}\n".repeat(PROBLEMS_MOST + 10);
    expect(said(wrong)).toHaveLength(PROBLEMS_MOST + 1);
  });

  test("is told of a second fallback of the same agent", () => {
    const twice =
      "error_handling: {fallback_strategy: [{primary_agent: loader, fallback: mailer}, {primary_agent: loader, fallback: mailer}]}\n";
    expect(ofStep("{agent: loader}", twice)).toEqual([
      expect.stringMatching(/1:\d+ duplicate The agent "loader" already has a fallback/),
    ]);
  });

  test("is told of a step that says no kind, or two", () => {
    expect(ofStep("{name: idle}")[0]).toMatch(/2:5 missing-key This step does not say/);
    expect(ofStep("{agent: loader, gate: Go?}")[0]).toMatch(/"agent" or "gate", not both/);
    expect(ofStep("{agent: loader, needs: [csv]}")[0]).toMatch(/"agent" or "needs", not both/);
    expect(ofStep("just a text")[0]).toMatch(/wrong-type A step is a map/);
    expect(ofStep("{agent: loader, tolerate: 3}")[0]).toMatch(/"tolerate" means nothing here/);
  });

  test("is told of other versions, run ids as names, and lists of steps in two places", () => {
    expect(said("muster: 2\nsteps: [{agent: loader}]")[0]).toMatch(/1:9 .*this release reads/);
    expect(said("name: wf_abc\nsteps: [{agent: loader}]")[0]).toMatch(/may begin with wf_/);
    expect(said("steps: [{agent: loader}]\nworkflow: [{agent: loader}]")[0]).toMatch(/not both/);
    expect(said("name: empty")[0]).toMatch(/missing-key This workflow has no steps/);
    expect(said("[]")[0]).toMatch(/wrong-type A workflow is a map/);
    expect(said("steps: []")[0]).toMatch(/missing-key/);
  });

  test("is told of a list of steps with nothing in it, wherever it stands", () => {
    for (const key of ["steps", "phases", "workflow"])
      expect(said(`${key}: []`)).toEqual([
        expect.stringMatching(/1:\d+ missing-key This workflow has no steps.*at least one/),
      ]);
    expect(ofStep("{id: both, steps: []}")).toEqual([
      expect.stringMatching(/2:23 missing-key Block "both" has no steps.*at least one/),
    ]);
    expect(said("phases:\n  - {name: One, steps: []}\n")).toEqual([
      expect.stringMatching(/2:24 missing-key Phase "one" has no steps/),
    ]);
    expect(ofStep("{id: all, each: [1], steps: []}")).toEqual([
      expect.stringMatching(/missing-key Each "all" has no steps/),
    ]);
  });

  test("is told where all items of an each may fail", () => {
    const each = (items: string, tolerate: string): readonly string[] =>
      ofStep(`{agent: loader, each: ${items}, tolerate: ${tolerate}}`, "parameters: {all: [1]}\n");
    expect(each("[1, 2]", "3")).toEqual([
      expect.stringMatching(/3:\d+ advice Every one of the 2 items may fail.*Lower tolerate/),
    ]);
    expect(each("[1, $params.all]", "2")[0]).toMatch(/advice Every one of the 2 items/);
    expect(each("$params.all", "100%")[0]).toMatch(/advice Every item may fail/);
    for (const [items, tolerate] of [
      ["[1, 2]", "1"],
      ["$params.all", "5"],
      ["[1, 2]", "99%"],
      ["[]", "0"],
    ] as const)
      expect(each(items, tolerate)).toEqual([]);
  });
});

describe("a type", () => {
  test("of which a word is misspelt, or that requires nothing, is told at the word", () => {
    const text =
      "types:\n  T: {type: object, propertis: {a: {type: string}}}\n  U: {type: object, required: id, properties: {id: {type: string, maxlength: 3}}}\n  V: {type: object, x-origin: us, label: v, required: [id], properties: {id: {required: true}}}\nsteps: [{agent: loader, outputs: {t: T}}]\n";
    expect(said(text)).toEqual([
      expect.stringMatching(/^2:21 unknown-key A type has no "propertis".*"properties"/),
      expect.stringMatching(/^3:31 wrong-value "required" wants a list of names; here stands "id"/),
      expect.stringMatching(/^3:67 unknown-key A type has no "maxlength".*"maxLength"/),
    ]);
    const params =
      "parameters:\n  p: {type: object, requried: true, properties: {a: {enmu: [1]}}}\nsteps: [{agent: loader}]\n";
    expect(said(params)).toEqual([
      expect.stringMatching(/^2:21 unknown-key A parameter has no "requried"/),
      expect.stringMatching(/^2:54 unknown-key A type has no "enmu"/),
    ]);
  });
});

describe("what a step reads", () => {
  const steps = (...lines: readonly string[]): readonly string[] =>
    said(`execution: sequential\nsteps:\n${lines.map((line) => `  - ${line}`).join("\n")}\n`);

  test("must be there, with that output", () => {
    expect(
      steps(
        "{id: load, agent: loader, outputs: [rows]}",
        "{agent: loader, inputs: {x: $lod.rows}}",
      )[0],
    ).toMatch(/4:\d+ unknown-step/);
    expect(
      steps(
        "{id: load, agent: loader, outputs: [rows]}",
        "{agent: loader, inputs: {x: $load.rwos}}",
      )[0],
    ).toMatch(/4:\d+ unknown-output.*"rows"/);
    expect(
      ofStep("{agent: loader, inputs: {x: $params.size}}", "parameters: {sizes: 5}\n")[0],
    ).toMatch(/unknown-param/);
  });

  test("must have ended: not a later step of a sequential block, not a later phase", () => {
    expect(steps("{id: a, agent: loader, inputs: {x: $b.y}}", "{id: b, agent: loader}")[0]).toMatch(
      /3:\d+ later-step Step "a" reads step "b", which comes later/,
    );
    const phases = said(
      "phases:\n  - {name: One, steps: [{id: a, agent: loader, inputs: {x: $b.y}}]}\n  - {name: Two, steps: [{id: b, agent: loader}]}\n",
    );
    expect(phases[0]).toMatch(/2:\d+ later-step .*of phase "two", which comes later/);
  });

  test("may not go in a circle", () => {
    const circle = said(
      "execution: mixed\nsteps:\n  - {id: a, agent: loader, inputs: {x: $c.y}}\n  - {id: b, agent: loader, after: a}\n  - {id: c, agent: loader, inputs: {x: $b.y}}\n",
    );
    expect(circle).toHaveLength(1);
    expect(circle[0]).toMatch(/cycle These steps wait for one another: (a → c → b → a)/);
    expect(steps("{id: a, agent: loader, inputs: {x: $a.y}}")[0]).toMatch(
      /cycle Step "a" reads itself/,
    );
  });

  test("is looked up where its name alone is published", () => {
    const outer = said(
      "steps:\n  - {id: a, agent: loader, outputs: [rows], publish: [rosw]}\n  - {id: b, agent: loader}\n",
    );
    expect(outer).toEqual([expect.stringMatching(/^2:55 .* has no output "rosw".*"rows"/)]);
  });

  test("that is a param where none is declared is told with the place to declare it", () => {
    expect(steps("{id: a, agent: loader, inputs: {x: $params.size}}")[0]).toMatch(
      /params has no parameter "size"\. Declare it under parameters\./,
    );
  });

  test("every circle of a block is told, and one that is read twice by an alias once", () => {
    const circles = said(
      "execution: mixed\nsteps:\n  - {id: a, agent: loader, after: b}\n  - {id: b, agent: loader, after: a}\n  - {id: c, agent: loader, after: d}\n  - {id: d, agent: loader, after: c}\n",
    );
    expect(circles).toEqual([
      expect.stringMatching(/^3:\d+ cycle .*: a → b → a/),
      expect.stringMatching(/^5:\d+ cycle .*: c → d → c/),
    ]);
    const aliased = said(
      "steps:\n  - &one {id: a, agent: loader, inptus: {x: 1}}\n  - {<<: *one, id: b}\n",
    );
    expect(aliased).toHaveLength(1);
  });

  test("is not inside an each, a repeat or a choose", () => {
    const inside = (step: string): string =>
      steps(`{id: outer, ${step}}`, "{agent: loader, inputs: {x: $inner.y}}")[0] ?? "";
    expect(inside("each: [1, 2], steps: [{id: inner, agent: loader}]")).toMatch(
      /4:\d+ unknown-step .*inside each "outer".*\$steps\.outer\.items/,
    );
    expect(
      inside("repeat: {until: true, at_most: 2}, steps: [{id: inner, agent: loader}]"),
    ).toMatch(/inside repeat "outer"/);
    expect(inside("choose: [{id: inner, when: true, agent: loader}]")).toMatch(
      /inside choose "outer"/,
    );
  });

  test("is not in another branch, and not a block itself", () => {
    expect(
      ofStep(
        "{choose: [{id: a, when: true, agent: loader}, {when: true, agent: loader, inputs: {x: $a.y}}]}",
      )[0],
    ).toMatch(/another branch/);
    expect(
      steps(
        "{id: both, steps: [{id: in, agent: loader}]}",
        "{agent: loader, inputs: {x: $both.y}}",
      )[0],
    ).toMatch(/unknown-output Block "both" has no outputs of its own.*in/);
  });

  test("after names steps that are there and come before", () => {
    expect(steps("{id: a, agent: loader, after: z}")[0]).toMatch(
      /3:\d+ unknown-step There is no step "z"/,
    );
    expect(steps("{id: a, agent: loader, after: [b]}", "{id: b, agent: loader}")[0]).toMatch(
      /later-step Step "a" is to come after step "b"/,
    );
  });
});

describe("types on both sides", () => {
  test("each goes over a list", () => {
    expect(ofStep("{each: 5, agent: loader}")[0]).toMatch(/type-mismatch Each goes over a list/);
    const rows = said(
      "steps:\n  - {id: a, agent: loader, outputs: {n: number}}\n  - {each: $a.n, agent: loader}\n",
    );
    expect(rows[0]).toMatch(/3:\d+ (bad-expression|type-mismatch)/);
  });

  test("a condition gives true or false", () => {
    expect(ofStep("{agent: loader, when: 1 + 1}")[0]).toMatch(/2:\d+ .*true or false/);
  });

  test("a wait is for a time, and not for a list, a truth or a date", () => {
    const wait = (type: string, written: string): readonly string[] =>
      said(
        `steps:\n  - {id: one, agent: loader, outputs: {v: "${type}"}}\n  - {wait: "${written}"}\n`,
      );
    expect(wait("string[]", "$steps.one.v")).toEqual([
      expect.stringMatching(/3:\d+ type-mismatch This gives a list; a duration is needed.*2 hours/),
    ]);
    expect(wait("boolean", "$one.v")[0]).toMatch(/type-mismatch This gives true or false/);
    expect(wait("number", "$one.v > 3")[0]).toMatch(/type-mismatch This gives true or false/);
    expect(wait("date", "$one.v")[0]).toMatch(/type-mismatch This gives date/);
    expect(wait("string", "$$5 ")[0]).toMatch(/wrong-value This is no duration/);
    for (const type of ["number", "string", "duration", "any"])
      expect(wait(type, "$one.v")).toEqual([]);
    expect(wait("string", "$duration('5m')")).toEqual([]);
    expect(wait("number", "${one.v}s")).toEqual([]);
  });

  test("an agent that says what it gives is asked for that, and so is who falls back", () => {
    expect(ofStep("{agent: counter, outputs: {count: number, rowz: 'string[]'}}")).toEqual([
      expect.stringMatching(
        /2:47 unknown-output The agent "counter" gives no "rowz". Did you mean "rows"/,
      ),
    ]);
    expect(ofStep("{agent: counter, outputs: [rows, cuont]}")).toEqual([
      expect.stringMatching(/2:38 unknown-output .*"count"/),
    ]);
    expect(ofStep("{agent: counter, outputs: {rows: number}}")).toEqual([
      expect.stringMatching(/2:38 type-mismatch What the agent "counter" gives as "rows".*string/),
    ]);
    expect(ofStep("{agent: counter, outputs: {count: string, rows: any}}")).toEqual([]);
    expect(ofStep("{agent: loader, outputs: {anything: number}}")).toEqual([]);
    const { problems, workflow } = readWorkflow(
      { file: "a.yaml", text: "steps: [{agent: loader, fallback: counter, outputs: [total]}]" },
      COMPANY,
    );
    expect(problems).toMatchObject([{ code: "unknown-output", severity: "warning" }]);
    expect(workflow).not.toBeNull();
  });

  test("a default is of the type of its parameter", () => {
    expect(
      said("parameters: {n: {type: number, default: many}}\nsteps: [{agent: loader}]")[0],
    ).toMatch(/1:\d+ type-mismatch The default "many" is no number/);
    expect(said("parameters: {n: {type: number, dfault: 1}}\nsteps: [{agent: loader}]")[0]).toMatch(
      /unknown-key .*"default"/,
    );
  });

  test("an agent that says what it takes is given that", () => {
    expect(ofStep("{agent: mailer, inputs: {to: ana, cout: 1}}")).toContainEqual(
      expect.stringMatching(
        /unknown-param The agent "mailer" takes no "cout". Did you mean "count"/,
      ),
    );
    const mismatch = said(
      'steps:\n  - {id: a, agent: loader, outputs: {rows: "string[]"}}\n  - {agent: mailer, inputs: {to: ana, count: $a.rows}}\n',
    );
    expect(mismatch[0]).toMatch(/3:\d+ type-mismatch .*takes number as "count"/);
  });

  test("a workflow that runs itself is warned of", () => {
    const text = "name: review\nsteps: [{ id: again, workflow: review, when: 'false' }]";
    const surroundings = {
      agents: {},
      workflows: { review: { params: {} } },
      digest: () => "sha256:0" as never,
    };
    const { workflow, problems } = readWorkflow({ file: "review.yaml", text }, surroundings);
    expect(workflow).not.toBeNull();
    expect(problems).toMatchObject([{ code: "cycle", severity: "warning" }]);
  });

  test("a sub-run is there, and is given its parameters", () => {
    expect(ofStep("{workflow: onbording}")[0]).toMatch(/unknown-workflow .*"onboarding"/);
    expect(ofStep("{workflow: onboarding, inputs: {teir: gold}}").join("\n")).toMatch(
      /missing-key .*"size"[^]*unknown-param .*"tier"/,
    );
    expect(ofStep("{workflow: onboarding, inputs: {size: 5}}")).toEqual([]);
  });

  test("a type that is none is an error where it stands, also among the file's own types", () => {
    expect(ofStep("{agent: loader, outputs: {a: 'string[['}}")[0]).toMatch(
      /2:\d+ wrong-type This is no type/,
    );
    expect(said("types: {Row: {type: 5}}\nsteps: [{agent: loader}]")[0]).toMatch(/1:14 wrong-type/);
  });

  test("a type nobody declared is one warning in a file", () => {
    const problems = said(
      'steps:\n  - {agent: loader, outputs: {a: "Customer[]", b: Customer}}\n  - {agent: loader, outputs: {c: Customer}}\n',
    );
    expect(problems).toEqual([
      expect.stringMatching(/2:\d+ unknown-type Nobody declared the type "Customer"/),
    ]);
  });
});

describe("agents", () => {
  test("that nobody declared are errors in a company, and one warning each for a lone file", () => {
    const file = "steps: [{agent: nobody}, {agent: nobody}]";
    expect(said(file)).toHaveLength(2);
    const alone = readWorkflow(
      { file: "a.yaml", text: file },
      { agents: null, workflows: null, digest },
    );
    expect(alone.problems.map(({ code, severity }) => [code, severity])).toEqual([
      ["unknown-agent", "warning"],
    ]);
    expect(alone.workflow).not.toBeNull();
  });

  test("that are asked for where there are none are to be declared", () => {
    const empty = { ...COMPANY, agents: {} };
    expect(said("steps: [{agent: loader}]", empty)).toEqual([
      expect.stringMatching(/no agents? .* Declare it in agents\/loader.yaml: the company has no/),
    ]);
    expect(said("steps: [{needs: csv}]", empty)[0]).toMatch(
      /agents\/NAME.yaml: capabilities: \[csv\]/,
    );
  });

  test("are matched by capability: somebody has them all", () => {
    expect(ofStep("{needs: [csv, sql]}")).toEqual([]);
    expect(ofStep("{needs: [csv, mail]}")[0]).toMatch(/No agent has all of these capabilities/);
    expect(ofStep("{needs: csvv}")[0]).toMatch(/capability "csvv". Did you mean "csv"/);
  });

  test("that fall back fall back on somebody else", () => {
    expect(ofStep("{agent: loader, fallback: nobody}")[0]).toMatch(/2:\d+ unknown-agent/);
    expect(ofStep("{agent: loader, fallback: loader}")[0]).toMatch(
      /The fallback is the agent itself/,
    );
    expect(ofStep("{agent: loader, error_strategy: retry_with_fallback}")[0]).toMatch(
      /names no fallback/,
    );
  });

  test("hold resources that are declared", () => {
    expect(ofStep("{agent: loader, uses: [cmr]}", "resources: {crm: 2}\n")[0]).toMatch(
      /There is no resource "cmr".*"crm"/,
    );
    expect(ofStep("{agent: loader, uses: crm}", "resources: {crm: 2}\n")).toEqual([]);
  });
});
