import { join } from "node:path";
import { BREAKER_DEFAULT } from "../../core/definition/index.ts";
import type { Tool, WorkMap } from "../../core/map/index.ts";
import { openBreaker } from "../governor/index.ts";
import { openWarden } from "../outside/index.ts";
import { whatChanged } from "./digest.ts";
import type { Drawer } from "./drawer.ts";
import type { OpenSystem } from "./kind.ts";
import { type Guarded, guarded } from "./left-alone.ts";
import { openSystem } from "./open-system.ts";
import type { ToolSetting } from "./setting.ts";
import { shutSystem } from "./shut-system.ts";
import type { SystemHealth, Toolbox, ToolSpec } from "./toolbox.ts";
import { performTool } from "./using/perform-tool.ts";
import { prepareTool } from "./using/prepare-tool.ts";
import { previewTool } from "./using/preview-tool.ts";
import { verifyTool } from "./using/verify-tool.ts";

export type ToolboxOptions = {
  /** The company's folder, absolute. */
  readonly folder: string;
  readonly map: WorkMap;
  /** `process.env` unless given: what `$env.NAME` in a system's settings stands for. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `.muster/scratch` in the company's folder unless given. */
  readonly scratch?: string;
  /** `Date.now` unless given. */
  readonly now?: () => number;
};

/** Opens the systems of a map, each when it is first used. */
export function openToolbox(options: ToolboxOptions): Toolbox {
  const { map, folder } = options;
  const setting: ToolSetting = {
    folder,
    tables: options.map.tables,
    scratch: options.scratch ?? join(folder, ".muster", "scratch"),
    environment: options.environment ?? process.env,
    warden: openWarden(),
    now: options.now ?? Date.now,
  };
  const shelf = openShelf(options, setting);
  const toolOf = (name: string): Drawer | null => shelf.toolOf(name);
  return {
    preview: (call, abort) => previewTool(toolOf(call.tool), call, abort),
    perform: (call, abort) => performTool(toolOf(call.tool), call, abort),
    verify: (call, abort) => verifyTool(toolOf(call.tool), call, abort),
    count: async (name, abort) => {
      const drawer = toolOf(name);
      if (drawer === null || drawer.fault !== null) return null;
      return (await drawer.system.count?.(drawer.tool, abort)) ?? null;
    },
    prepare: (preparing, abort) => prepareTool(toolOf(preparing.tool), preparing, abort),
    leftAlone: (name) => shelf.leftAlone(name),
    describe: () => Object.values(map.tools).map((tool) => specOf(tool, map.systems)),
    health: () => Promise.all(Object.keys(map.systems).map((name) => healthOf(shelf, map, name))),
    close: async () => {
      await shelf.close();
      setting.warden.close();
    },
  };
}

const HEALTH_MS_MOST = 10_000;

/** What is wrong with a system, or with the first of its tools. */
async function healthOf(shelf: Shelf, map: WorkMap, system: string): Promise<SystemHealth> {
  const fault = await shelf.systemOf(system).health(AbortSignal.timeout(HEALTH_MS_MOST));
  const alone = shelf.leftAlone(system);
  if (fault !== null || alone !== null)
    return { system, fault: [fault, alone].filter((one) => one !== null).join(" ") };
  const broken = Object.values(map.tools)
    .filter((tool) => tool.system === system)
    .map(({ name }) => ({ name, fault: shelf.toolOf(name)?.fault ?? null }))
    .find((tool) => tool.fault !== null);
  return { system, fault: broken === undefined ? null : `"${broken.name}": ${broken.fault}` };
}

type Shelf = {
  systemOf(name: string): OpenSystem;
  toolOf(name: string): Drawer | null;
  leftAlone(system: string): string | null;
  close(): Promise<void>;
};

/** The systems that were used, each opened once. */
function openShelf({ map, folder }: ToolboxOptions, setting: ToolSetting): Shelf {
  const open = new Map<string, OpenSystem>();
  const guards = new Map<string, Guarded>();
  const zone = map.calendar.zone;
  const systemOf = (name: string): OpenSystem => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const definition = own(map.systems, name);
    const system =
      definition === undefined
        ? shutSystem(`The map has no system "${name}".`)
        : openSystem(definition, setting);
    const terms = definition?.breaker === undefined ? BREAKER_DEFAULT : definition.breaker;
    const breaker = terms === null ? null : openBreaker(terms, setting.now);
    const { now } = setting;
    const guard = breaker === null ? null : guarded(system, { name, breaker, now, zone });
    if (guard !== null) guards.set(name, guard);
    open.set(name, guard ?? system);
    return guard ?? system;
  };
  return {
    systemOf,
    toolOf: (name) => {
      const tool = own(map.tools, name);
      if (tool === undefined) return null;
      const system = systemOf(tool.system);
      const definition = own(map.systems, tool.system);
      const changed = definition === undefined ? null : whatChanged(definition, folder);
      const fault = changed ?? system.faultOf(tool);
      return { tool, system, fault, now: setting.now };
    },
    leftAlone: (name) => guards.get(name)?.leftAlone() ?? null,
    close: async () => {
      await Promise.all([...open.values()].map((system) => system.close()));
    },
  };
}

function specOf(tool: Tool, systems: WorkMap["systems"]): ToolSpec {
  const { name, description, system, level, args, returns, writes, preview, digest } = tool;
  return {
    name,
    description,
    system,
    kind: own(systems, system)?.kind ?? "function",
    level,
    args,
    returns,
    writes,
    hasPreview: preview !== null,
    digest,
  };
}

function own<Value>(all: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}
