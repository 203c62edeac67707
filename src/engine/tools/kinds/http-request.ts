import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { ownOf } from "../../../core/own.ts";
import { fillValue, plain } from "../using/fill.ts";

/** What is asked of an http interface, before its arguments stand in it. */
export type HttpOperation = {
  readonly method: string;
  /** Below the system's address; `{name}` stands for an argument. */
  readonly path: string;
  /** Values, or `$args.name`. */
  readonly query: JsonObject;
  readonly headers: JsonObject;
  /** null: the arguments that stand nowhere else, where the method has a body. */
  readonly body: Json;
  /** Where in the answer the rows or the record stand; null: it is all of it. */
  readonly rows: string | null;
  /** Where in the answer the number of what was made stands. */
  readonly reference: string | null;
};

export type HttpRequest = {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const BODILESS = ["GET", "HEAD", "DELETE"];
const IN_PATH = /\{([A-Za-z_]\w*)\}/g;

/** As a tool's author writes it. */
export function httpOperationIn(operation: JsonObject): HttpOperation | { readonly wrong: string } {
  const { method = "GET", path, query, headers, body, rows, reference } = operation;
  if (typeof path !== "string" || typeof method !== "string")
    return { wrong: "It does not say what is asked. Write path: /PATH, and method." };
  return {
    method: method.toUpperCase(),
    path,
    query: isObject(query) ? query : {},
    headers: isObject(headers) ? headers : {},
    body: body ?? null,
    rows: typeof rows === "string" ? rows : null,
    reference: typeof reference === "string" ? reference : null,
  };
}

/** The question, with its arguments in it. An argument in a path is one piece of it, and never a way out. */
export function requestOf(
  operation: HttpOperation,
  args: JsonObject,
  base: string,
): HttpRequest | { readonly wrong: string } {
  const wrong: string[] = [];
  const path = operation.path.replaceAll(IN_PATH, (_, name: string) => {
    const value = ownOf(args, name);
    const piece = value === undefined || value === null ? "" : plain(value);
    if (piece === "" || piece === "." || piece === "..")
      wrong.push(`The argument "${name}" is ${JSON.stringify(piece)}, and stands in an address.`);
    return encodeURIComponent(piece);
  });
  const [first] = wrong;
  if (first !== undefined) return { wrong: first };
  const url = below(base, path);
  const query = fillValue(operation.query, { args });
  for (const [name, value] of Object.entries(query.ok && isObject(query.value) ? query.value : {}))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null) url.searchParams.append(name, plain(one as Json));
  const headers = headersOf(operation, args);
  if ("wrong" in headers) return { wrong: headers.wrong };
  const body = bodyOf(operation, args);
  const type = body === "" ? {} : { "content-type": "application/json" };
  return { url, method: operation.method, headers: { ...type, ...headers.headers }, body };
}

function below(base: string, path: string): URL {
  const url = new URL(base);
  const [pathname = "", search = ""] = path.split("?");
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${pathname.replace(/^\//, "")}`;
  if (search !== "") url.search = search;
  return url;
}

function headersOf(
  operation: HttpOperation,
  args: JsonObject,
): { readonly headers: Readonly<Record<string, string>> } | { readonly wrong: string } {
  const filled = fillValue(operation.headers, { args });
  const said = filled.ok && isObject(filled.value) ? filled.value : {};
  const headers = Object.entries(said).map(
    ([name, value]) => [name.toLowerCase(), plain(value)] as const,
  );
  const odd = headers.find(([, value]) => !/^[\t\x20-\x7e]*$/.test(value));
  if (odd !== undefined)
    return { wrong: `The header "${odd[0]}" would hold what is no plain text.` };
  return { headers: Object.fromEntries(headers) };
}

function bodyOf(operation: HttpOperation, args: JsonObject): string {
  if (operation.body !== null) {
    const filled = fillValue(operation.body, { args });
    return filled.ok ? JSON.stringify(filled.value) : "";
  }
  if (BODILESS.includes(operation.method)) return "";
  const elsewhere = namesIn(operation);
  const rest = Object.entries(args).filter(([name]) => !elsewhere.has(name));
  return JSON.stringify(Object.fromEntries(rest));
}

function namesIn({ path, query, headers }: HttpOperation): ReadonlySet<string> {
  const inPath = [...path.matchAll(IN_PATH)].map(([, name = ""]) => name);
  const inValues = JSON.stringify([query, headers]).matchAll(/\$args\.(\w+)/g);
  return new Set([...inPath, ...[...inValues].map(([, name = ""]) => name)]);
}
