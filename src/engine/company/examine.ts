import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { AgentDefinition } from "../../core/definition/index.ts";
import type { Place } from "../../core/problem.ts";
import { textOfFile } from "../file-text.ts";
import { STATE_FOLDER } from "../store/index.ts";
import { adviceOf } from "./files/advice.ts";
import { filesIn } from "./files/folder-files.ts";
import { secretsIn } from "./files/secrets.ts";
import type { Office } from "./office.ts";

/** Something about a company that is not as it should be, before it does harm. */
export type Examined = {
  readonly id: string;
  readonly area: "security" | "reliability" | "cost";
  readonly severity: "high" | "medium" | "low";
  readonly message: string;
  readonly where: Place;
  readonly remedy: string;
  readonly effort: "minutes" | "an hour" | "a day";
};

/** Findings of one kind; more are counted in the last. */
const FINDINGS_MOST = 1_000;
const TEXTS: readonly string[] = [".yaml", ".yml", ".json", ".ts", ".mts", ".js", ".mjs"];
const FOLDERS: readonly string[] = [".", "workflows", "agents"];

/** All that a company's files show of security, reliability and cost; the gravest first. */
export async function examine(office: Office): Promise<readonly Examined[]> {
  const { definitions } = (await office.staff()).files;
  const found = [
    ...rights(office),
    ...secrets(office),
    ...unset(office),
    ...definitions.flatMap((agent) => aboutAgent(office, agent)),
    ...(await advised(office)),
  ];
  return found
    .toSorted((one, two) => GRAVITY[one.severity] - GRAVITY[two.severity])
    .slice(0, FINDINGS_MOST);
}

const GRAVITY = { high: 0, medium: 1, low: 2 } as const;

function at(file: string, line = 1): Place {
  return { file, line, column: 1 };
}

function textsIn(folder: string, part: string): readonly string[] {
  return filesIn(folder, part, TEXTS).map((file) => file.replace(/^\.\//, ""));
}

/** "" where it cannot be read, which is told elsewhere. */
function textIn(folder: string, file: string): string {
  return textOfFile(folder, file)?.text ?? "";
}

function rights({ folder }: Office): readonly Examined[] {
  if (process.platform === "win32") return [];
  const looked = [STATE_FOLDER, ".env", ...textsIn(folder, ".")];
  return looked.flatMap((name): readonly Examined[] => {
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (found === undefined) return [];
    const isPrivate = name === STATE_FOLDER || name === ".env";
    const others = found.mode & (isPrivate ? 0o077 : 0o002);
    if (others === 0) return [];
    const what = isPrivate ? "can be read by others than its owner" : "can be written by anybody";
    return [
      {
        id: isPrivate ? "world-readable" : "world-writable",
        area: "security",
        severity: "high",
        message: `${name} ${what}.`,
        where: at(name),
        remedy: `chmod ${isPrivate ? "go-rwx" : "o-w"} ${name}`,
        effort: "minutes",
      },
    ];
  });
}

function secrets({ folder }: Office): readonly Examined[] {
  const files = FOLDERS.flatMap((part) => textsIn(folder, part));
  return files.flatMap((file) =>
    secretsIn(textIn(folder, file)).map(
      ({ what, line, column }): Examined => ({
        id: "secret-in-file",
        area: "security",
        severity: "high",
        message: `${what} stands in the file, for everybody who can read it.`,
        where: { file, line, column },
        remedy:
          "Take it out, make a new one, and write $env.NAME in its place: the value comes from the environment.",
        effort: "an hour",
      }),
    ),
  );
}

/** What the map and the channels want of the environment, and is not there: whoever is asked would be told so too late. */
function unset({ folder }: Office): readonly Examined[] {
  return ["map.yaml", "channels.yaml"].flatMap((file) =>
    textIn(folder, file)
      .split("\n")
      .flatMap((line, index) =>
        [...line.replace(/(^|\s)#.*/, "").matchAll(/\$env\.([A-Za-z_]\w*)/g)].flatMap(
          ({ 1: name = "", index: column }): readonly Examined[] =>
            (process.env[name] ?? "") !== ""
              ? []
              : [
                  {
                    id: "secret-not-set",
                    area: "reliability",
                    severity: "medium",
                    message: `${name} is not set in the environment: what wants it here cannot be reached.`,
                    where: { file, line: index + 1, column: column + 1 },
                    remedy: `Set ${name} where Muster runs.`,
                    effort: "minutes",
                  },
                ],
        ),
      ),
  );
}

function aboutAgent({ folder }: Office, agent: AgentDefinition): readonly Examined[] {
  const { name, where, kind } = agent;
  const text = textIn(folder, where.file);
  const says = (key: string): boolean => new RegExp(`^\\s*["']?${key}["']?\\s*:`, "m").test(text);
  const found: (Omit<Examined, "where"> | null)[] = [
    kind === "person" || says("effects") ? null : undeclared(name),
    kind === "person" || says("timeout") ? null : noTimeout(name),
    kind === "command" || (kind === "function" && agent.isolate)
      ? says("memory") || says("memory_limit")
        ? null
        : noMemory(name)
      : null,
    agent.estimate === undefined && kind === "http" ? noEstimate(name) : null,
    kind === "http" && agent.insecure ? insecure(name) : null,
  ];
  return found.filter((one) => one !== null).map((one) => ({ ...one, where }));
}

type Found = Omit<Examined, "where">;

function undeclared(name: string): Found {
  return {
    id: "undeclared-effects",
    area: "reliability",
    severity: "medium",
    message: `The agent "${name}" does not say what a repetition does: after a crash each of its tasks waits for a person.`,
    remedy:
      "Write effects: pure where it only reads, idempotent where the same key does nothing twice, else ask.",
    effort: "minutes",
  };
}

function noTimeout(name: string): Found {
  return {
    id: "no-agent-timeout",
    area: "reliability",
    severity: "medium",
    message: `The agent "${name}" names no time limit; the built-in one holds.`,
    remedy: "Write timeout: 60s, or as long as an attempt of it may sensibly take.",
    effort: "minutes",
  };
}

function noMemory(name: string): Found {
  return {
    id: "no-memory-limit",
    area: "reliability",
    severity: "low",
    message: `The agent "${name}" may use all memory of the machine.`,
    remedy: "Write memory_limit_per_agent: 512MB, or as much as it needs.",
    effort: "minutes",
  };
}

function noEstimate(name: string): Found {
  return {
    id: "no-estimate",
    area: "cost",
    severity: "low",
    message: `The agent "${name}" does not say what an attempt uses: no budget can set it aside before.`,
    remedy: "Write usage_estimate: {calls: 1}, with tokens and money where it costs some.",
    effort: "minutes",
  };
}

function insecure(name: string): Found {
  return {
    id: "insecure-agent",
    area: "security",
    severity: "high",
    message: `The agent "${name}" is sent its secrets without encryption.`,
    remedy: "Use https, and take insecure out.",
    effort: "an hour",
  };
}

/** What the advice on workflows is to a company as a whole. */
const ADVISED: Readonly<Record<string, Pick<Examined, "area" | "severity" | "effort">>> = {
  "no-checkpoints": { area: "reliability", severity: "medium", effort: "minutes" },
  "endless-retries": { area: "reliability", severity: "high", effort: "minutes" },
  "no-escalation": { area: "reliability", severity: "medium", effort: "minutes" },
  "no-monitoring": { area: "reliability", severity: "medium", effort: "an hour" },
  "no-time-limit": { area: "reliability", severity: "low", effort: "minutes" },
  "no-fallback": { area: "reliability", severity: "low", effort: "a day" },
  "not-repeatable": { area: "reliability", severity: "medium", effort: "a day" },
  "no-way-back": { area: "reliability", severity: "low", effort: "a day" },
  "no-budget": { area: "cost", severity: "medium", effort: "minutes" },
  "not-cached": { area: "cost", severity: "low", effort: "minutes" },
  "limit-above-agent": { area: "cost", severity: "low", effort: "minutes" },
};

async function advised(office: Office): Promise<readonly Examined[]> {
  const advice = await adviceOf(office, undefined);
  return advice.flatMap(({ id, message, mend, where }) => {
    const known = ADVISED[id];
    return known === undefined ? [] : [{ id, ...known, message, where, remedy: mend }];
  });
}
