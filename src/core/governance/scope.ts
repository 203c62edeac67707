import type { Json, JsonObject } from "../json.ts";
import type { Tool } from "../map/index.ts";
import { ownOf } from "../own.ts";
import type { CaseFacts } from "./judgement.ts";

export type Scoped =
  /** `forced`: arguments that were not said, and are the case's now. */
  { readonly args: JsonObject; readonly forced: readonly string[] } | { readonly why: string };

/** An argument in the case's scope is what the case is bound to: left out, it is put in; another one is refused. */
export function withinCase(tool: Tool, args: JsonObject, of: CaseFacts | null): Scoped {
  const scoped = Object.entries(tool.scope.args);
  const isScoped = scoped.length > 0 || Object.keys(tool.scope.rows).length > 0;
  if (!isScoped) return { args, forced: [] };
  if (of === null)
    return { why: `"${tool.name}" works within a case, and this run belongs to none.` };
  for (const binding of Object.values(tool.scope.rows))
    if (bound(of, binding) === undefined) return { why: unbound(tool, of, binding) };
  const forced: string[] = [];
  const inside: Record<string, Json> = { ...args };
  for (const [name, binding] of scoped) {
    const own = bound(of, binding);
    if (own === undefined) return { why: unbound(tool, of, binding) };
    const said = ownOf(args, name);
    if (said === undefined) {
      forced.push(name);
      inside[name] = own;
    } else if (!isSame(said, own))
      return {
        why: `"${name}" is ${JSON.stringify(said)}, and case ${of.id} is about ${JSON.stringify(own)} (${binding}).`,
      };
  }
  return { args: inside, forced };
}

function unbound({ name }: Tool, { id }: CaseFacts, binding: string): string {
  return `"${name}" works within what a case is about, and of case ${id} nobody knows its ${binding}.`;
}

function bound({ bindings }: CaseFacts, name: string): Json | undefined {
  const value = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
  return value === null ? undefined : value;
}

/** A list is within where all of it is; an id is one whether it is written as a number or a text. */
function isSame(said: Json, own: Json): boolean {
  if (Array.isArray(own))
    return listOf(said).every((one) => own.some((mine: Json) => isSame(one, mine)));
  if (Array.isArray(said)) return said.length > 0 && said.every((one: Json) => isSame(one, own));
  return plainText(said) !== null && plainText(said) === plainText(own);
}

function plainText(value: Json): string | null {
  return typeof value === "number" ? `${value}` : typeof value === "string" ? value : null;
}

function listOf(said: Json): readonly Json[] {
  return Array.isArray(said) ? said : [said];
}
