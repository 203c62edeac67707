import type { Workflow } from "../../core/definition/index.ts";
import { nearest } from "../../core/expression/index.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";

/** Params as a run is started with them, and where each came from; or every one that is wrong. */
export type Checked =
  | { readonly params: JsonObject; readonly origin: JsonObject }
  | { readonly problems: readonly Problem[] };

/**
 * Given params against a workflow's declared ones: unknown names, missing ones, values of the wrong
 * type. A text is read as the type wants it ("50" as 50), because a command line has only texts.
 *
 * @param origin where the caller says a param came from; "given" unless it says
 */
export function checkParams(
  workflow: Workflow,
  given: JsonObject,
  origin: JsonObject = {},
): Checked {
  const problems: Problem[] = Object.keys(given)
    .filter((name) => !Object.hasOwn(workflow.params, name))
    .map((name) => unknownParam(workflow, name));
  const params: Record<string, Json> = {};
  const from: Record<string, Json> = {};
  for (const [name, param] of Object.entries(workflow.params)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      if (param.default !== undefined) {
        params[name] = param.default;
        from[name] = "default";
      } else if (param.required) problems.push(missing(workflow, name, param.type.text));
      continue;
    }
    const converted = param.type.convert(value);
    if (converted.ok) {
      params[name] = converted.value;
      from[name] = origin[name] ?? "given";
    } else problems.push(wrong(name, param.type.text, converted.why));
  }
  return problems.length > 0 ? { problems } : { params, origin: from };
}

function unknownParam(workflow: Workflow, name: string): Problem {
  const names = Object.keys(workflow.params);
  const near = nearest(name, names);
  const all = names.length === 0 ? "It has none." : `Params here: ${names.join(", ")}.`;
  return {
    code: "unknown-param",
    message: `Workflow "${workflow.name}" has no param "${name}". ${all}`,
    ...(near === null ? {} : { mend: `Did you mean "${near}"?` }),
  };
}

function missing(workflow: Workflow, name: string, type: string): Problem {
  return {
    code: "bad-input",
    message: `Workflow "${workflow.name}" needs the param "${name}" (${type}).`,
    mend: `Give it: ${name}=…`,
  };
}

function wrong(name: string, type: string, why: string): Problem {
  return { code: "bad-input", message: `The param "${name}" is to be ${type}: ${why}` };
}
