import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Expected } from "./checking/check.ts";
import { compile } from "./compile.ts";
import type { Expression, Template } from "./expression.ts";
import { closingOf } from "./reading/insert.ts";
import type { Names } from "./reading/names.ts";
import { type ExpressionProblem, isProblem, problemAt } from "./reading/problem.ts";

const TEMPLATE_DEPTH_MOST = 64;

/** A problem in a value as written: `path` leads to the text, in which `offset` counts. */
export type TemplateProblem = ExpressionProblem & { readonly path: readonly (string | number)[] };

/** Instead of a template, where something in it is wrong: all of it at once. */
export type TemplateProblems = { readonly problems: readonly TemplateProblem[] };

/**
 * Reads a value as written in a file.
 *
 * T1  A text that begins with `$` is an expression: `$step1.rows`, `$size(params.ids) + 1`.
 * T2  `$$` is a literal dollar, anywhere in a text.
 * T3  `${…}` inserts what the expression gives into the text around it.
 * T4  Everything else is plain, and a tree without expressions is plain as a whole.
 *
 * @param expected what the value must be, where it is an expression as a whole
 * @returns the template, or every problem in it; never throws
 */
export function compileTemplate(
  value: Json,
  names: Names,
  expected: Expected = "any",
): Template | TemplateProblems {
  const problems: TemplateProblem[] = [];
  const template = made(value, { names, expected, path: [], problems });
  return problems.length > 0 ? { problems } : template;
}

type Making = {
  readonly names: Names;
  readonly expected: Expected;
  readonly path: readonly (string | number)[];
  readonly problems: TemplateProblem[];
};

function made(value: Json, the: Making): Template {
  if (typeof value === "string") return text(value, the);
  if (the.path.length >= TEMPLATE_DEPTH_MOST) {
    const message = `The value is more than ${TEMPLATE_DEPTH_MOST} levels deep.`;
    return failed(problemAt({ start: 0, end: 0 }, { code: "limit", message }), the);
  }
  if (Array.isArray(value)) return list(value, the);
  return isObject(value) ? object(value, the) : { kind: "plain", value };
}

function under(the: Making, key: string | number): Making {
  return { ...the, expected: "any", path: [...the.path, key] };
}

function list(items: readonly Json[], the: Making): Template {
  const templates = items.map((item, at) => made(item, under(the, at)));
  if (templates.every((template) => template.kind === "plain")) {
    const values = templates.map(({ value }) => value);
    return { kind: "plain", value: values.every((one, at) => one === items[at]) ? items : values };
  }
  return { kind: "list", items: templates };
}

function object(fields: JsonObject, the: Making): Template {
  const entries = Object.entries(fields).map(
    ([key, field]) => [key, made(field, under(the, key))] as const,
  );
  const plain = entries.flatMap(([key, template]) =>
    template.kind === "plain" ? [[key, template.value] as const] : [],
  );
  if (plain.length < entries.length) return { kind: "object", fields: Object.fromEntries(entries) };
  const isSame = plain.every(([key, value]) => value === fields[key]);
  return { kind: "plain", value: isSame ? fields : Object.fromEntries(plain) };
}

function text(written: string, the: Making): Template {
  if (!written.includes("$")) return { kind: "plain", value: written };
  if (/^\$(?![${])/.test(written)) return whole(written, the);
  const parts = partsOf(written, the);
  if (parts.every((part) => typeof part === "string"))
    return { kind: "plain", value: parts.join("") };
  return { kind: "text", parts };
}

function whole(written: string, the: Making): Template {
  if (!/^\$[A-Za-z_("'[!]/.test(written))
    return failed(
      problemAt(
        { start: 0, end: written.length },
        {
          message: "A text that begins with $ is an expression, and this is none.",
          mend: `For a dollar sign write two: ${JSON.stringify(`$${written}`)}.`,
        },
      ),
      the,
    );
  const expression = compile(written, the.names, the.expected);
  return isProblem(expression) ? failed(expression, the) : { kind: "expression", expression };
}

/** T2 and T3: the texts between, with their dollars, and the expressions. */
function partsOf(written: string, the: Making): readonly (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  let plain = "";
  let at = 0;
  while (at < written.length) {
    const two = written.slice(at, at + 2);
    if (two === "${") {
      const end = closingOf(written, at + 2);
      const expression = inserted(written, { start: at, end }, the);
      if (plain !== "") parts.push(plain);
      if (expression) parts.push(expression);
      plain = "";
      at = end === null ? written.length : end + 1;
    } else {
      plain += two === "$$" ? "$" : (written[at] ?? "");
      at += two === "$$" ? 2 : 1;
    }
  }
  if (plain !== "") parts.push(plain);
  return parts;
}

function inserted(
  written: string,
  { start, end }: { readonly start: number; readonly end: number | null },
  the: Making,
): Expression | null {
  if (end === null) {
    failed(
      problemAt(
        { start, end: written.length },
        {
          message: "The ${ here has no }.",
          mend: "Close it, or write $${ for the signs themselves.",
        },
      ),
      the,
    );
    return null;
  }
  const expression = compile(written.slice(start + 2, end), the.names);
  if (!isProblem(expression)) return expression;
  failed({ ...expression, offset: expression.offset + start + 2 }, the);
  return null;
}

function failed(problem: ExpressionProblem, the: Making): Template {
  the.problems.push({ ...problem, path: the.path });
  return { kind: "plain", value: null };
}
