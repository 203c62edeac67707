import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { System, Tool } from "../../../core/map/index.ts";
import { importModule } from "../../import-module.ts";
import type { Secrets } from "../../outside/index.ts";
import { environmentIn } from "../environment.ts";
import { type Answer, type Asked, type Guard, type OpenSystem, refused } from "../kind.ts";
import type { ToolSetting } from "../setting.ts";
import { stopped } from "../using/within-time.ts";
import { callFunction, wordsOf } from "./call-function.ts";
import { type FunctionRoom, openIsolated } from "./function-isolate.ts";

/**
 * A module of the company's folder: a tool is what it exports. In this process it is imported once. What
 * cannot be kept from here: a function that never returns stops the whole process, and there is no limit
 * on its memory. `isolate: true` is for those. It has our files and our network either way: it is the
 * company's own code.
 */
export function openFunctions(
  { name, settings, files }: System,
  setting: ToolSetting & { readonly secrets: Secrets },
): OpenSystem {
  const { module, isolate } = settings;
  const file = resolve(setting.folder, typeof module === "string" ? module : "");
  const env = environmentIn(settings, setting.secrets);
  const room =
    isolate === true
      ? openIsolated({ name, file, settings }, { ...setting, env })
      : openHere(file, Object.values(files).join());
  const call = ({ operation, args, key, abort }: Asked): Promise<Answer> =>
    room.call({ run: runOf(operation), args, key, env }, abort);
  const fault = isFile(file)
    ? null
    : `The module of "${name}" is not there: ${file}. Write module: FILE, from the company's folder.`;
  return {
    look: call,
    write: async (asked, guard) => (await whyStale(call, asked, guard)) ?? (await call(asked)),
    health: async () => fault ?? (await room.fault()),
    faultOf: (tool) => fault ?? faultOf(tool),
    close: () => room.close(),
  };
}

/** @param version another text is another module: what was published anew is imported anew */
function openHere(file: string, version: string): FunctionRoom {
  let loaded: Promise<unknown> | null = null;
  const load = async (): Promise<{ readonly module: unknown } | { readonly fault: string }> => {
    loaded ??= importModule(file, version);
    try {
      return { module: await loaded };
    } catch (thrown) {
      return { fault: `${file} cannot be loaded: ${wordsOf(thrown)}` };
    }
  };
  return {
    call: async ({ run, args, key, env }, abort) => {
      const found = await load();
      if ("fault" in found) return refused("tool_unavailable", found.fault);
      const tools = { key, env, abort };
      const asked = { run, args: structuredClone(args), tools };
      return await Promise.race([callFunction(found.module, file, asked), whenAborted(abort)]);
    },
    fault: async () => {
      const found = await load();
      return "fault" in found ? found.fault : null;
    },
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

function whenAborted(abort: AbortSignal): Promise<Answer> {
  return new Promise((tell) => {
    const stop = (): void => tell(stopped(abort));
    if (abort.aborted) stop();
    else abort.addEventListener("abort", stop, { once: true });
  });
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
