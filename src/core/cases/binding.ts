import { compile, type Expression, isProblem } from "../expression/index.ts";
import type { CaseId } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { RequestType } from "../map/index.ts";
import type { Bindings, Case, Request } from "./case.ts";

export type Bound = { readonly bindings: Bindings; readonly missing: readonly string[] };

/** What a request is about, as its type says; and what of that it does not name. */
export function boundBy(type: RequestType, request: Request): Bound {
  const readable = readableRequest(request);
  const bindings: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, text] of Object.entries(type.case)) {
    const value = textOf(valueOf(text, readable));
    if (value === null) missing.push(name);
    else bindings[name] = value;
  }
  return { bindings, missing };
}

/** `request.…` in the map: what came beside the text by its own names, and what every request has. */
export function readableRequest(request: Request): JsonObject {
  const { id, source, requester, channel, trust, text, type } = request;
  return { ...request.about, id, source, requester, channel, trust, text, type };
}

/** An expression of the map is compiled once, when the map is read; one that is wrong names nothing. */
function valueOf(text: string, request: JsonObject): Json | undefined {
  const expression = compiled(text);
  if (expression === null) return undefined;
  const outcome = expression.evaluate({
    name: (name) => (name === "request" ? request : undefined),
    step: () => undefined,
  });
  return outcome.kind === "value" ? outcome.value : undefined;
}

const known = new Map<string, Expression | null>();
/** Expressions kept; a map has a few for each type of request. */
const KNOWN_MOST = 1_000;

function compiled(text: string): Expression | null {
  const before = known.get(text);
  if (before !== undefined) return before;
  const expression = compile(text, { facts: { request: { type: "object" } } }, "any");
  const made = isProblem(expression) ? null : expression;
  if (known.size >= KNOWN_MOST) known.clear();
  known.set(text, made);
  return made;
}

/** Ids are text or numbers; nothing else names anything. */
function textOf(value: Json | undefined): string | null {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : null;
}

/**
 * The bindings by which a case is found: all but the one that names a person, who may have many cases;
 * where there is no other, that one.
 */
export function foundBy(type: RequestType, bindings: Bindings): Bindings {
  const rest = Object.entries(bindings).filter(([name]) => name !== type.subject);
  return rest.length === 0 ? bindings : Object.fromEntries(rest);
}

/** What the store calls them: one stream has each. */
export function namesOf(found: Bindings): readonly string[] {
  return Object.entries(found).map(([name, value]) => `${name}=${value}`);
}

/** Where a request goes: on in this case (or a new one), in another one, or nobody but a person can say. */
export type Place =
  | { readonly kind: "here" }
  | { readonly kind: "there"; readonly case: CaseId }
  | { readonly kind: "unclear"; readonly why: string };

const HERE: Place = { kind: "here" };

/**
 * @param type null: nobody has said what it is, so it stays where it is
 * @param find the case that is found by a name; null: none is
 * @param self the case in which it stands; null: it has just come
 */
export function placeOf(
  request: Request,
  type: RequestType | null,
  around: { readonly find: (name: string) => Case | null; readonly self: Case | null },
): Place {
  if (type === null) return HERE;
  const { bindings, missing } = boundBy(type, request);
  if (missing.length > 0) return HERE;
  const { self, find } = around;
  const own = self !== null && Object.keys(self.bindings).length > 0 ? [self] : [];
  const cases = new Map(own.map((one) => [one.id, one]));
  for (const name of namesOf(foundBy(type, bindings))) {
    const found = find(name);
    if (found !== null) cases.set(found.id, found);
  }
  const [first, second] = cases.values();
  if (first === undefined) return HERE;
  if (second !== undefined) {
    const ids = [...cases.keys()].join(" and ");
    return { kind: "unclear", why: `It names what belongs to ${ids}.` };
  }
  const against = contradiction(first, bindings);
  if (against !== null) return { kind: "unclear", why: against };
  return first.id === self?.id ? HERE : { kind: "there", case: first.id };
}

/** Why these bindings cannot be the case's; null where they can. */
export function contradiction({ id, bindings }: Case, more: Bindings): string | null {
  for (const [name, value] of Object.entries(more)) {
    const own = Object.hasOwn(bindings, name) ? bindings[name] : value;
    if (own !== value) return `It names ${name} ${value}; ${id} is about ${name} ${own}.`;
  }
  return null;
}
