import type { Fault } from "../../definition/index.ts";
import { suggestion } from "../../expression/index.ts";
import { isObject, type JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import { boundBy, hasFilter } from "../reach.ts";
import type { Tool, WorkMap } from "../work-map.ts";
import type { Checking } from "./checking.ts";

/** What belongs to a case is held to it, by what a request binds. */
export function checkScope({ map, said, report }: Checking): void {
  const bindings = bindingsOf(map);
  for (const tool of Object.values(map.tools)) {
    const { args, rows } = tool.scope;
    for (const [key, binding] of [...Object.entries(args), ...Object.entries(rows)])
      if (!bindings.includes(binding))
        report.add({
          ...unbound(key, binding, bindings),
          path: ["tools", tool.name, "scope", key],
        });
    const late = lateFilter(tool);
    if (late !== null) report.add({ ...late, path: ["tools", tool.name], key: true });
    const whole = wholeSystem(tool);
    if (whole !== null && !saysScope(said, tool.name))
      report.add({ ...whole, path: ["tools", tool.name], key: true });
  }
}

/** One that could not be read is told by itself. */
function saysScope(said: JsonObject, name: string): boolean {
  const tools = said["tools"];
  const tool = isObject(tools) ? ownOf(tools, name) : undefined;
  return isObject(tool) && tool["scope"] !== undefined;
}

function unbound(key: string, binding: string, bindings: readonly string[]): Omit<Fault, "path"> {
  return {
    code: "wrong-value",
    message: `No type of request binds "${binding}" to a case, which "${key}" is to be.`,
    mend:
      bindings.length === 0
        ? `Write requests: {NAME: {case: {${binding}: request.${binding}}, …}}.`
        : suggestion(binding, bindings, "What cases are bound to"),
  };
}

/** Names that types of requests bind to a case. */
export function bindingsOf({ requests }: Pick<WorkMap, "requests">): readonly string[] {
  return [...new Set(Object.values(requests).flatMap((request) => Object.keys(request.case)))];
}

/** Rows of other cases are left out, and the system gives them all the same. */
function lateFilter(tool: Tool): Omit<Fault, "path"> | null {
  const { name, scope, reads, level } = tool;
  const isHeld = Object.keys(scope.args).length > 0 || Object.keys(scope.rows).length === 0;
  if (level === "reference" || isHeld || hasFilter(tool)) return null;
  return {
    code: "advice",
    severity: "warning",
    message: `The tool "${name}" asks for all of ${reads?.entity ?? tool.system}, and only then are rows of other cases left out.`,
    mend: "Write a where over an argument, and put it in the scope: then nothing else is read.",
  };
}

/** A tool through which every record of its system could be reached. */
function wholeSystem(tool: Tool): Omit<Fault, "path"> | null {
  const { name, level, reads, destinations } = tool;
  if (level === "reference" || boundBy(tool).length > 0) return null;
  const what = reads?.entity ?? tool.writes ?? tool.system;
  const mend = "Write scope: {ID: case.ID}, with what holds it to one case.";
  if (level === "case")
    return {
      code: "wrong-value",
      severity: "error",
      message: `The tool "${name}" is for one case, and nothing holds it to one${hasFilter(tool) ? "" : `: it gives all of ${what}`}.`,
      mend: `${mend} Or give it the level reference, if everybody may know all of it.`,
    };
  if (Object.keys(destinations).length > 0) return null;
  return {
    code: "advice",
    severity: "warning",
    message: `Nothing holds the tool "${name}" to one case: whoever may use it reaches all of ${what}.`,
    mend: `${mend} Of what goes to addresses: destinations.`,
  };
}
