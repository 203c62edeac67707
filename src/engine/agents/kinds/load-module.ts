import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import type { EffectClass } from "../../../core/machine/index.ts";
import { MusterError } from "../../../core/problem.ts";
import { importModule } from "../../import-module.ts";
import type { Attempt, FunctionAgent } from "../define-agent.ts";
import { messageOf, placeOf } from "../thrown.ts";

export type LoadedModule = {
  /** Why it is of no use, with the mend; null when it is. Then `attempt` says so too. */
  readonly fault: string | null;
  readonly attempt: Attempt;
  readonly health: NonNullable<FunctionAgent["health"]>;
  readonly effects: EffectClass | null;
  readonly capabilities: readonly string[];
};

/**
 * Imports a function agent's module, once: a process that runs keeps what it imported, until it is
 * started again. Never throws.
 *
 * @param file absolute
 */
export async function loadModule(file: string): Promise<LoadedModule> {
  let exported: unknown;
  try {
    exported = await importModule(file);
  } catch (thrown) {
    if (thrown instanceof MusterError)
      return broken(`${thrown.message} ${thrown.mend ?? ""}`.trim());
    if (!existsSync(file))
      return broken(`${file} is not there. The agent's file names it as its module.`);
    return broken(`${file} cannot be loaded: ${await describe(thrown, file)}`);
  }
  const found = isRecord(exported) ? (memberOf(exported["agent"]) ?? memberOf(exported)) : null;
  return (
    found ??
    broken(
      `${file} exports no function "attempt". Export one: export function attempt(task, tools, abort) { return { outputs: { … } }; }`,
    )
  );
}

function broken(fault: string): LoadedModule {
  const answer = { error: { kind: "agent_unavailable", message: fault, certain: true } };
  return {
    fault,
    attempt: () => answer,
    health: () => fault,
    effects: null,
    capabilities: [],
  };
}

/** What the module says of its health; a check that throws says it that way. */
export async function healthOf(loaded: LoadedModule): Promise<string | null> {
  try {
    const said: unknown = await loaded.health();
    return typeof said === "string" ? said.slice(0, HEALTH_CHARACTERS_MOST) : null;
  } catch (thrown) {
    return `Its health check threw ${messageOf(thrown)}`;
  }
}

const HEALTH_CHARACTERS_MOST = 2_000;

/** What has a function `attempt`; an `agent` without one is passed over. */
function memberOf(given: unknown): LoadedModule | null {
  if (!isRecord(given) || !isAttempt(given["attempt"])) return null;
  const { attempt, health, effects, capabilities } = given;
  return {
    fault: null,
    attempt,
    health: isHealth(health) ? health : () => null,
    effects: EFFECTS.find((one) => one === effects) ?? null,
    capabilities: Array.isArray(capabilities)
      ? capabilities.filter((one) => typeof one === "string")
      : [],
  };
}

const EFFECTS: readonly EffectClass[] = ["pure", "idempotent", "ask"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isAttempt(value: unknown): value is Attempt {
  return typeof value === "function";
}

function isHealth(value: unknown): value is NonNullable<FunctionAgent["health"]> {
  return typeof value === "function";
}

/** What was thrown, in one line, with the place where the stack or the parser names one. */
async function describe(thrown: unknown, file: string): Promise<string> {
  if (!(thrown instanceof Error)) return String(thrown);
  const said = `${thrown.name}: ${thrown.message}`;
  const place = placeOf(thrown.stack ?? "");
  if (place !== null) return `${said} (${place})`;
  if (!(thrown instanceof SyntaxError)) return said;
  const parsed = await placeBySyntaxCheck(file);
  return parsed === null ? said : `${said} (${parsed})`;
}

const SYNTAX_CHECK_MS_MOST = 5_000;

/** A syntax error of a JavaScript module does not say its line when it is imported; `node --check` does. */
async function placeBySyntaxCheck(file: string): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  execFile(
    process.execPath,
    ["--check", file],
    { timeout: SYNTAX_CHECK_MS_MOST, env: {} },
    (error, _stdout, stderr) => resolve(error === null ? null : placeOf(stderr)),
  );
  return promise;
}
