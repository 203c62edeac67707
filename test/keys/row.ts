import type { SettingsSource } from "../../src/core/definition/index.ts";
import { readWorkflow, type StepSource } from "../../src/core/definition/index.ts";
import type { Answer } from "../../src/core/machine/index.ts";
import type { World } from "../given/facts.ts";
import { type Given, given } from "../given/run.ts";
import { digestOf } from "../given/workflow.ts";

/**
 * A key of the settings, and what is seen of it. The same run without the key, or with another value of
 * it, is seen otherwise: a key that nobody heeds fails here.
 */
export type Row = {
  readonly key: string;
  /** Of a key with several values: which this row is about. */
  readonly about?: string;
  readonly with: SettingsSource;
  readonly without?: SettingsSource;
  readonly steps?: readonly StepSource[];
  readonly world?: World;
  readonly sees: (run: Given) => unknown;
  /** What is seen with the key, and without it. */
  readonly gives: { readonly with: unknown; readonly without: unknown };
};

/** A key whose effect is shown by a test of its own: the file, and the test's name in it. */
export type Shown = { readonly key: string; readonly file: string; readonly test: string };

/** One step that an agent does; the others may be done without doubt, too. */
export const STEPS: readonly StepSource[] = [{ id: "a", agent: "maker" }];
const AGENTS = { maker: "pure", other: "pure", third: "pure", undoer: "pure" } as const;

/** What is seen of a run with these settings. */
export function seen({ steps = STEPS, world = {}, sees }: Row, settings: SettingsSource): unknown {
  const run = given(JSON.stringify({ owner: "operations", ...settings, steps }), {
    agents: AGENTS,
    ...world,
  });
  return sees(run.start());
}

/** The first thing that is wrong with these settings; null: nothing. */
export function wrongWith(settings: unknown): string | null {
  const text = JSON.stringify({ ...(settings as object), steps: STEPS });
  const surroundings = { agents: null, workflows: null, digest: digestOf };
  const { problems } = readWorkflow({ file: "a.yaml", text }, surroundings);
  return problems.find(({ severity }) => severity !== "warning")?.message ?? null;
}

/** The step's attempt fails so, again and again, until no time brings another one. */
export function course(run: Given, kind: string): string {
  let agents = "";
  for (;;) {
    run.after(3_600_000);
    if (!run.inFlight().includes("a")) break;
    const attempt = run.attempt("a");
    agents += `${attempt.kind === "agent" ? attempt.agent : ""} `;
    run.fails("a", kind);
  }
  return `${agents}${run.ended("a") ?? run.status()}`;
}

/** How long the step waits before each of its attempts, in seconds. */
export function waits(run: Given): readonly number[] {
  const found: number[] = [];
  for (let tries = 0; tries < 20 && run.inFlight().includes("a"); tries += 1) {
    run.fails("a", "network_timeout");
    const [timer] = run.owes("timer");
    if (timer === undefined) break;
    found.push((timer.due - run.at()) / 1000);
    run.after(timer.due - run.at());
  }
  return found;
}

export function ok(usage: Extract<Answer, { kind: "ok" }>["usage"]): Answer {
  return { kind: "ok", output: { value: {} }, ...(usage === undefined ? {} : { usage }) };
}
