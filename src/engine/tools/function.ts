import { statSync } from "node:fs";
import { resolve } from "node:path";
import { isObject, type Json } from "../../core/json.ts";
import type { System, Tool } from "../../core/map/index.ts";
import { importModule } from "../import-module.ts";
import { copyJson } from "../json-copy.ts";
import type { Secrets } from "../outside/index.ts";
import type { ToolFunction } from "./define-tool.ts";
import { environmentIn } from "./environment.ts";
import { type Answer, type Asked, doubtful, type Guard, type OpenSystem, refused } from "./kind.ts";
import type { ToolSetting } from "./setting.ts";
import { toldError } from "./told-error.ts";
import { stopped } from "./within-time.ts";

/** Of what a function gives, as JSON. */
const GIVEN_BYTES_MOST: number = 8 * 1024 * 1024;

/**
 * A module of the company's folder, in this process: a tool is what it exports. It is imported once.
 * What cannot be kept from here: a function that never returns stops the whole process, and it has our
 * files and our network. It is the company's own code.
 */
export function openFunctions(
  { name, settings, files }: System,
  { folder, secrets }: ToolSetting & { readonly secrets: Secrets },
): OpenSystem {
  const { module } = settings;
  const file = resolve(folder, typeof module === "string" ? module : "");
  const env = environmentIn(settings, secrets);
  // Another text is another module: what was published anew is imported anew.
  const load = (): Promise<unknown> => importModule(file, Object.values(files).join());
  let loaded: Promise<unknown> | null = null;
  const call = async (asked: Asked): Promise<Answer> => {
    loaded ??= load();
    let found: ToolFunction | string;
    try {
      found = functionIn(await loaded, runOf(asked.operation), file);
    } catch (thrown) {
      return refused("tool_unavailable", `${file} cannot be loaded: ${wordsOf(thrown)}`);
    }
    if (typeof found === "string") return refused("tool_unavailable", found);
    return await given(found, asked, env);
  };
  const fault = isFile(file)
    ? null
    : `The module of "${name}" is not there: ${file}. Write module: FILE, from the company's folder.`;
  return {
    look: call,
    write: async (asked, guard) => (await whyStale(call, asked, guard)) ?? (await call(asked)),
    health: async () => {
      if (fault !== null) return fault;
      try {
        loaded ??= load();
        await loaded;
        return null;
      } catch (thrown) {
        return `${file} cannot be loaded: ${wordsOf(thrown)}`;
      }
    },
    faultOf: (tool) => fault ?? faultOf(tool),
    close: async () => {},
  };
}

/** Looks first; null: it is as it was judged. */
export async function whyStale(
  look: (asked: Asked) => Promise<Answer>,
  asked: Asked,
  guard: Guard | null,
): Promise<Answer | null> {
  if (guard === null) return null;
  const found = await look({ ...asked, operation: guard.operation, key: "" });
  if (!found.ok) return { ...found, doubt: false };
  return guard.isSame(found.value)
    ? null
    : refused(
        "stale",
        "What it writes is no longer as it was when this was judged. It is to be judged again.",
      );
}

function faultOf({ operation }: Tool): string | null {
  return runOf(operation) === "" ? "It does not say what is run. Write run: NAME." : null;
}

function runOf({ run }: Asked["operation"]): string {
  return typeof run === "string" ? run : "";
}

/** `refund`, or `refund.preview`; of what has `run`, that. */
function functionIn(module: unknown, path: string, file: string): ToolFunction | string {
  let here: unknown = module;
  for (const part of path.split("."))
    here = isRecord(here) && Object.hasOwn(here, part) ? here[part] : undefined;
  const found = isRecord(here) ? here["run"] : here;
  if (isFunction(found)) return found;
  const names = isRecord(module) ? Object.keys(module).join(", ") : "";
  return `${file} exports no function "${path}". It exports: ${names === "" ? "nothing" : names}.`;
}

async function given(
  call: ToolFunction,
  { args, key, abort }: Asked,
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  try {
    const said: unknown = await Promise.race([
      call(structuredClone(args), { key, env, abort }),
      whenAborted(abort),
    ]);
    if (said === ABORTED) return stopped(abort);
    const copy = copyJson(said ?? null, "What it gives", GIVEN_BYTES_MOST);
    if (!copy.ok) return doubtful("invalid_answer", copy.why);
    return toldError(copy.value) ?? { ok: true, value: copy.value, ...referenceIn(copy.value) };
  } catch (thrown) {
    return doubtful("tool_failed", `It threw ${wordsOf(thrown)}`);
  }
}

const ABORTED = Symbol("aborted");

function whenAborted(abort: AbortSignal): Promise<typeof ABORTED> {
  return new Promise((resolve) => {
    if (abort.aborted) resolve(ABORTED);
    else abort.addEventListener("abort", () => resolve(ABORTED), { once: true });
  });
}

/** What it made on the far side, where a record names it so. */
export function referenceIn(value: Json): { readonly reference?: string } {
  const said = isObject(value) ? value["reference"] : undefined;
  return typeof said === "string" ? { reference: said } : {};
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isFunction(value: unknown): value is ToolFunction {
  return typeof value === "function";
}

function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "what is no error";
}
