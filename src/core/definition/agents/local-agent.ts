import type { Report } from "../reading/report.ts";
import { readMemory } from "../types/memory.ts";
import type { CommandDefinition, FunctionDefinition } from "./agent.ts";
import type { CommandAgentSource, FunctionAgentSource, LocalAgentSource } from "./agent-source.ts";

type Local = Pick<CommandDefinition, "instances" | "memoryBytesMost" | "coresMost" | "env">;

/** What holds for an agent that works on this machine. */
export function localOf(said: Partial<LocalAgentSource>, report: Report): Local {
  return {
    instances: said.instances ?? 1,
    memoryBytesMost: readMemory(said.memory_limit_per_agent, {
      path: ["memory_limit_per_agent"],
      report,
    }),
    ...(said.cpu_limit_per_agent === undefined ? {} : { coresMost: said.cpu_limit_per_agent }),
    env: envOf(said.env, report),
  };
}

/** Of an agent that works elsewhere. */
export const NOT_LOCAL: Local = { instances: 1, memoryBytesMost: null, env: {} };

/** What is a function's own. */
export function functionWork(
  shaped: Partial<FunctionAgentSource>,
  report: Report,
): Pick<FunctionDefinition, "kind" | "module" | "isolate"> {
  const module = shaped.module ?? "";
  const parts = module.split(/[/\\]/);
  if (/^([/\\]|[a-z]+:)/i.test(module) || parts.includes("..")) {
    report.add({
      code: "wrong-value",
      message: `The module "${module}" does not stand in the company's folder.`,
      mend: "Write a path from the company's folder: ./agents/NAME.ts.",
      path: ["module"],
    });
  }
  for (const [what, key] of LIMITS_OF_WORKERS) {
    if (shaped[key] === undefined || shaped.isolate === true) continue;
    report.add({
      code: "impossible-limit",
      message: `The ${what} of a function can be limited only where it runs in a worker.`,
      mend: "Write isolate: true, or take the limit out.",
      path: [key],
      key: true,
    });
  }
  return { kind: "function", module, isolate: shaped.isolate ?? false };
}

const LIMITS_OF_WORKERS = [
  ["memory", "memory_limit_per_agent"],
  ["processor time", "cpu_limit_per_agent"],
] as const;

/** What is a command's own. */
export function commandWork(
  shaped: Partial<CommandAgentSource>,
  report: Report,
): Pick<CommandDefinition, "kind" | "command" | "cwd"> {
  if (shaped.cwd !== undefined && shaped.scratch === true) {
    report.add({
      code: "wrong-value",
      message: "It runs in one folder: an empty one (scratch), or one that is named (cwd).",
      mend: "Keep one of the two.",
      path: ["scratch"],
      key: true,
    });
  }
  const cwd = shaped.cwd ?? (shaped.scratch === false ? "." : null);
  return { kind: "command", command: shaped.command ?? [], cwd };
}

function envOf(
  said: readonly string[] | { readonly [name: string]: string } | undefined,
  report: Report,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  const entries: readonly (readonly [string, string, string | number])[] = isNames(said)
    ? said.map((name, index) => [name, `$env.${name}`, index])
    : Object.entries(said ?? {}).map(([name, value]) => [name, value, name]);
  for (const [name, value, at] of entries) {
    const from = /^\s*\$env\.([A-Za-z_]\w*)\s*$/.exec(value)?.[1];
    if (from !== undefined && /^[A-Za-z_]\w*$/.test(name)) env[name] = from;
    else {
      report.add({
        code: "wrong-value",
        message:
          from === undefined && !isNames(said)
            ? "A definition holds the names of variables, never their values."
            : `No variable is called "${name}".`,
        mend: isNames(said) ? "Write names such as TENANT_DB." : `Write ${name}: $env.NAME.`,
        path: ["env", at],
      });
    }
  }
  return env;
}

function isNames(
  said: readonly string[] | { readonly [name: string]: string } | undefined,
): said is readonly string[] {
  return Array.isArray(said);
}
