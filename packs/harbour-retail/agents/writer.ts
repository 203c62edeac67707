import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const TEMPLATES = resolve(import.meta.dirname, "..", "templates");

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Task = { readonly inputs: { readonly [name: string]: Json } };
type Answer =
  | { readonly outputs: { readonly text: string } }
  | {
      readonly error: {
        readonly class: "permanent";
        readonly kind: string;
        readonly message: string;
      };
    };

/** Fills `templates/NAME.md`: `${x}` is the input of that name. A place that nobody fills is an error, not a gap in a letter. */
export async function attempt({ inputs }: Task): Promise<Answer> {
  const { template, ...words } = inputs;
  if (typeof template !== "string" || !/^[a-z-]+$/u.test(template))
    return wrong(
      `${JSON.stringify(template ?? null)} is no template's name. See the folder templates.`,
    );
  const text = await readFile(join(TEMPLATES, `${template}.md`), "utf8").catch(() => null);
  if (text === null)
    return wrong(`There is no templates/${template}.md. Write it, or name another.`);
  const open = [...text.matchAll(/\$\{(\w+)\}/gu)].map(([, name = ""]) => name);
  const missing = open.filter((name) => plain(words[name]) === null);
  if (missing.length > 0)
    return wrong(`templates/${template}.md asks for ${missing.join(", ")}. Give it under inputs.`);
  const filled = text.replaceAll(/\$\{(\w+)\}/gu, (_, name: string) => plain(words[name]) ?? "");
  return { outputs: { text: filled.trim() } };
}

function plain(value: Json | undefined): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : null;
}

function wrong(message: string): Answer {
  return { error: { class: "permanent", kind: "invalid_input_data", message } };
}
