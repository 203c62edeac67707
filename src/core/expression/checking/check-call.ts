import type { JsonObject } from "../../json.ts";
import { CURRENCY_CODES } from "../functions/currencies.ts";
import { formsOf } from "../functions/functions.ts";
import { moneyOfText } from "../functions/money.ts";
import { patternProblem } from "../functions/of-texts.ts";
import { zoneProblem } from "../functions/of-times.ts";
import { respelledDuration } from "../functions/time.ts";
import { isTaken, signatureOf } from "../reading/form.ts";
import { nearest } from "../reading/nearest.ts";
import type { Node } from "../reading/node.ts";
import { isFault, type Kind, said } from "../reckoning/value.ts";
import type { Checking } from "./check.ts";
import { type Known, ofKind } from "./known.ts";

/** A call: its arguments are of the right kinds, and literal ones can be read. */
export function callKnown(
  node: Node & { kind: "call" },
  { the, args }: { readonly the: Checking; readonly args: readonly Known[] },
): Known {
  const forms = formsOf(node.name, node.method);
  const kinds = args.map((arg) => arg.kind);
  const fitting = forms.filter((form) => isTaken(form, kinds));
  const [first] = fitting;
  if (first === undefined) {
    const given = kinds.map((kind) => (kind === null ? "anything" : said(kind))).join(", ");
    return the.report(node, `${node.name} does not take ${given || "nothing"}.`, {
      mend: `It is called ${forms.map(signatureOf).join(" or ")}.`,
    });
  }
  const literals = node.args.map((arg) => (arg.kind === "literal" ? arg.value : undefined));
  const values = literals.filter((value) => value !== undefined);
  if (values.length === literals.length) {
    const result = first.run(values);
    if (isFault(result))
      return the.report(
        node.args[0] ?? node,
        `${sentence(result.message)}.`,
        mendOf(node, values[0]),
      );
  }
  const wrong = wrongIn(node, kinds[0] ?? null, literals[1]);
  if (wrong !== null) return the.report(node.args[1] ?? node, wrong.message, wrong);
  if (node.name === "money") return { kind: "money", schema: inCurrency(literals, args[0]) };
  const gives = new Set(fitting.map((form) => form.gives));
  return ofKind(gives.size === 1 && first.gives !== "any" ? first.gives : null);
}

/** A second argument, as it is written, that a function cannot work with: a pattern, a zone. */
function wrongIn(
  { name }: Node & { kind: "call" },
  of: Kind | null,
  written: unknown,
): { readonly message: string; readonly mend?: string } | null {
  if (typeof written !== "string") return null;
  const pattern = name === "like" ? patternProblem(written) : null;
  if (pattern !== null) return { message: `${sentence(pattern)}.` };
  const zone = of === "timestamp" ? zoneProblem(written) : null;
  return zone === null
    ? null
    : { message: `${sentence(zone)}.`, mend: 'Write the name of a zone: "Asia/Hong_Kong".' };
}

/** The currency, where it is written, and what the amount lies within. */
function inCurrency([amount, currency]: readonly unknown[], of: Known | undefined): JsonObject {
  const read = typeof amount === "string" ? moneyOfText(amount) : null;
  if (read !== null && !isFault(read)) return { currency: read.currency };
  if (typeof currency !== "string") return {};
  const { minimum, maximum } = of?.schema ?? {};
  return {
    currency,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

function mendOf(node: Node & { kind: "call" }, value: unknown): { readonly mend?: string } {
  switch (node.name) {
    case "duration": {
      const respelled = typeof value === "string" ? respelledDuration(value) : null;
      return { mend: `Write hours, minutes and seconds: duration("${respelled ?? "1h30m"}").` };
    }
    case "timestamp":
      return { mend: 'Write a date, or a time with its zone: timestamp("2026-01-15T10:00:00Z").' };
    case "money":
      return moneyMend(value);
    default:
      return {};
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function moneyMend(value: unknown): { readonly mend?: string } {
  const code = /[A-Za-z]{3}/.exec(String(value))?.[0].toUpperCase();
  const near = code === undefined ? null : nearest(code, CURRENCY_CODES);
  return { mend: near === null ? 'Write money("HKD 500").' : `Did you mean ${near}?` };
}
