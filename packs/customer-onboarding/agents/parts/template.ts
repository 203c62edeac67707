import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const TEMPLATES = resolve(import.meta.dirname, "..", "..", "templates");

/** A text that is HTML already and is put in as it is. */
export type Html = { readonly html: string };
export type Values = Readonly<Record<string, string | number | boolean | Html>>;

/** A template with its values put in; or the sentence that says what the template asks for in vain. */
export type Rendered = Html | { readonly wrong: string };

/**
 * Reads templates/NAME.html, in which `{{name}}` stands for a value. Values are escaped.
 *
 * @returns what fills it in; throws what the disk throws
 */
export async function openTemplate(name: string): Promise<(values: Values) => Rendered> {
  const written = await readFile(join(TEMPLATES, `${name}.html`), "utf8");
  return (values) => fill(name, written, values);
}

/** As text between tags and in a quoted attribute. */
export function escapeHtml(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function fill(name: string, written: string, values: Values): Rendered {
  const unknown: string[] = [];
  const html = written.replaceAll(/\{\{\s*([a-z_]+)\s*\}\}/g, (whole, key: string, at: number) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) {
      const line = written.slice(0, at).split("\n").length;
      const here = Object.keys(values).join(", ");
      unknown.push(`templates/${name}.html:${line}  there is no value ${whole}. Values: ${here}.`);
      return "";
    }
    return typeof value === "object" ? value.html : escapeHtml(String(value));
  });
  return unknown[0] === undefined ? { html } : { wrong: unknown[0] };
}
