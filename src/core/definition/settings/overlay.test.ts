import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../test/given/workflow.ts";
import type { Json } from "../../json.ts";
import { type Read, readWorkflow } from "../read-workflow.ts";
import { parseType } from "../types/type.ts";
import type { Bound, Laid } from "./overlay.ts";
import { readMap } from "./read-map.ts";
import { effectiveSettings } from "./setting.ts";
import { settingKeys, settingNamed } from "./setting-keys.ts";

const STEPS = "steps: [{ id: a, agent: maker }]\n";

function read(
  text: string,
  {
    company = "",
    run = {},
    bound = [],
  }: { company?: string; run?: Record<string, Json>; bound?: readonly Bound[] },
): Read {
  const laid = Object.entries(run).map(([key, value]): Laid => {
    const named = settingNamed(key);
    if ("code" in named) throw new Error(named.message);
    return { path: named.path, value, origin: "run", where: null };
  });
  const map = readMap({ file: "map.yaml", text: `muster: 1\n${company}` });
  if (map.problems.length > 0) throw new Error(JSON.stringify(map.problems));
  const number = parseType("number?", {}).type;
  const surroundings = {
    agents: {
      maker: { capabilities: [], inputs: { open: false, fields: { n: number } } },
      other: { capabilities: [] },
    },
    workflows: {},
    digest: digestOf,
  };
  const overlay = { settings: [...map.defaults, ...laid], bound };
  return readWorkflow({ file: "a.yaml", text: text + STEPS, overlay }, surroundings);
}

/** "value origin file:line:column" of every setting that holds. */
function holds(...given: Parameters<typeof read>): Record<string, string> {
  const { workflow, problems } = read(...given);
  if (workflow === null) throw new Error(JSON.stringify(problems));
  return Object.fromEntries(
    effectiveSettings(workflow.settings ?? []).map(({ key, value, origin, where }) => [
      key,
      `${JSON.stringify(value)} ${origin}${where === null ? "" : ` ${where.file}:${where.line}:${where.column}`}`,
    ]),
  );
}

const COMPANY = `company: Acme
defaults:
  execution_config:
    max_concurrency: 3
    timeout_per_step: 1m
    retry_config: { max_attempts: 7, backoff: linear }
`;

describe("of settings, the run's go before the workflow's, those before the company's, and those before the defaults", () => {
  test("key by key, each with whose it is and where it stands", () => {
    const text = "execution_config:\n  timeout_per_step: 2m\n  retry_config:\n    backoff: fixed\n";
    expect(holds(text, { company: COMPANY, run: { max_attempts: 9 } })).toMatchObject({
      "execution_config.max_concurrency": "3 company map.yaml:5:5",
      "execution_config.timeout_per_step": '"2m" workflow a.yaml:2:3',
      "execution_config.retry_config.max_attempts": "9 run",
      "execution_config.retry_config.backoff": '"fixed" workflow a.yaml:4:5',
      "execution_config.retry_config.jitter": "true default",
      "execution_config.mode": '"sequential" default',
    });
  });

  test("and the run is of the merged definition", () => {
    const { workflow } = read("", { company: COMPANY, run: { max_concurrency: 2 } });
    expect(workflow?.limits.concurrencyMost).toBe(2);
    expect(workflow?.root.steps[0]).toMatchObject({
      timeoutMs: 60_000,
      retry: { attemptsMost: 7, backoff: "linear" },
    });
  });

  test("a setting that goes by another name in a higher layer counts as said there", () => {
    const limit = (text: string, run = {}): number | undefined =>
      read(text, { company: COMPANY, run }).workflow?.limits.concurrencyMost;
    expect(limit("max_concurrency: 8\n")).toBe(8);
    expect(limit("max_concurrency: 2\n", { max_concurrency: 9 })).toBe(9);
    const retry = "error_handling: { retry_policy: { max_attempts: 2 } }\n";
    expect(read(retry, { company: COMPANY }).workflow?.root.steps[0]).toMatchObject({
      retry: { attemptsMost: 2, backoff: "linear" },
    });
    expect(
      read(retry, { company: COMPANY, run: { "execution_config.retry_config.max_attempts": 4 } })
        .workflow?.root.steps[0],
    ).toMatchObject({ retry: { attemptsMost: 4 } });
  });

  test("an agent's fallback is the higher layer's, in a map or in a list", () => {
    const company =
      "defaults: { execution_config: { fallback_config: { fallback_map: { maker: hand } } } }\n";
    const list =
      "error_handling: { fallback_strategy: [{ primary_agent: maker, fallback: other }] }\n";
    const fallback = (text: string, run = {}): unknown => {
      const [step] = read(text, { company, run }).workflow?.root.steps ?? [];
      return step?.kind === "task" ? step.fallback?.agent : null;
    };
    expect(fallback("")).toBe("hand");
    expect(fallback(list)).toBe("other");
    expect(fallback(list, { "execution_config.fallback_config.fallback_map.maker": "third" })).toBe(
      "third",
    );
  });

  test("a list is one value", () => {
    const company =
      "defaults: { execution_config: { retry_config: { retry_on: [transient, late] } } }\n";
    const text = "execution_config: { retry_config: { retry_on: [permanent] } }\n";
    expect(holds(text, { company })["execution_config.retry_config.retry_on"]).toContain(
      '["permanent"] workflow',
    );
  });
});

describe("what is wrong in a layer", () => {
  test("of the run is told with the setting's name, as it stands in no file", () => {
    expect(read("", { run: { max_concurrency: 99 } }).problems).toMatchObject([
      {
        code: "impossible-limit",
        message:
          'execution_config.max_concurrency: "execution_config.max_concurrency" wants a whole number from 1 to 20; here stands 99.',
      },
    ]);
    expect(read("", { run: { max_concurrency: 99 } }).problems[0]?.where).toBeUndefined();
  });

  test("of the company is told once, at its place in the map", () => {
    const map = readMap({
      file: "map.yaml",
      text: "muster: 1\ndefaults:\n  execution_config:\n    timeout_per_step: 0s\n    max_concurency: 3\n  resource_limits: { total_timeout: 0s }\n",
    });
    expect(map.problems.map(({ where, code }) => [where?.line, where?.column, code])).toEqual([
      [5, 5, "unknown-key"],
    ]);
    const other = readMap({
      file: "map.yaml",
      text: "muster: 1\ndefaults:\n  resource_limits: { total_timeout: 0s }\n",
    });
    expect(other.problems).toMatchObject([
      { code: "impossible-limit", where: { file: "map.yaml", line: 3, column: 37 } },
    ]);
    expect(other.defaults).toEqual([]);
  });

  test("of two layers together is told at the company's place", () => {
    const company = "defaults: { execution_config: { retry_config: { max_delay: 1s } } }\n";
    const text = "execution_config: { retry_config: { initial_delay: 5s } }\n";
    expect(read(text, { company }).problems).toMatchObject([
      { code: "impossible-limit", where: { file: "map.yaml", line: 2 } },
    ]);
  });

  test("a map is told of what it is", () => {
    for (const [text, code] of [
      ["[]", "wrong-type"],
      ["company: x\n", "missing-key"],
      ["muster: 1\nlaws: []\n", "unknown-key"],
      ["muster: 1\ndefaults: { steps: [] }\n", "unknown-key"],
      ["a: [", "syntax"],
    ] as const)
      expect(readMap({ file: "map.yaml", text }).problems[0]?.code).toBe(code);
  });
});

describe("a setting is named", () => {
  const named = (word: string): string => {
    const found = settingNamed(word);
    return "code" in found ? `${found.message} ${found.mend}` : found.path.join(".");
  };

  test("by its whole name, by a short word, or by a last key that only one has", () => {
    expect(named("execution_config.max_concurrency")).toBe("execution_config.max_concurrency");
    expect(named("execution_config.fallback_config.fallback_map.maker")).toBe(
      "execution_config.fallback_config.fallback_map.maker",
    );
    expect(named("max_concurrency")).toBe("execution_config.max_concurrency");
    expect(named("checkpoint_interval")).toBe("execution_config.checkpoint_strategy.interval");
    expect(named("error_strategy")).toBe("execution_config.error_strategy");
    expect(named("notification")).toBe("monitoring_config.notifications");
    expect(named("total_timeout")).toBe("resource_limits.total_timeout");
    expect(named("max_attempts")).toBe("execution_config.retry_config.max_attempts");
  });

  test("or the names it may be are told", () => {
    expect(named("enabled")).toMatch(/may be one of several settings: execution_config\./);
    expect(named("max_concurency")).toContain('Did you mean "max_concurrency"?');
    expect(named("execution_config.nothing")).toContain("There is no setting");
    expect(named("steps")).toContain("There is no setting");
  });

  test("and every key of the blocks can be named", () => {
    const plain = settingKeys().map((key) => key.replace(/\[\].*$/, "").replace("*", "somebody"));
    expect(plain.map(named)).toEqual(plain);
  });
});

describe("an input bound for one run", () => {
  const bind = (step: string, input: string, value: Json): Read =>
    read("", { bound: [{ step, input, value }] });

  test("stands in the step as if it were written there", () => {
    const [step] = bind("a", "n", 7).workflow?.root.steps ?? [];
    expect(step).toMatchObject({ inputs: { n: { kind: "plain", value: 7 } } });
  });

  test("is checked against what the agent takes", () => {
    expect(bind("a", "n", "many").problems).toMatchObject([
      {
        code: "type-mismatch",
        message: expect.stringMatching(/^a\.inputs\.n: The agent "maker" takes/),
      },
    ]);
    expect(bind("a", "m", 1).problems[0]?.message).toMatch(/^a\.inputs\.m: .* takes no "m"/);
    expect(bind("a", "n", "$steps.z.rows").problems[0]?.message).toMatch(/^a\.inputs\.n: /);
  });

  test("of a step that is not there is told of, with those that are", () => {
    expect(bind("b", "n", 1).problems).toMatchObject([
      { code: "unknown-step", mend: 'Did you mean "a"?' },
    ]);
  });
});
