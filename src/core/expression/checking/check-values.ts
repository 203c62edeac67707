import { nearest } from "../reading/nearest.ts";
import type { Node } from "../reading/node.ts";
import { sourceOf } from "../reading/source.ts";
import type { Checking } from "./check.ts";
import type { Known } from "./known.ts";

type Binary = Node & { kind: "binary" };

/** Where names are read strictly: what cannot be equal, because of what the types say of values. */
export function checkValues(
  node: Binary,
  [left, right]: readonly [Known, Known],
  the: Checking,
): void {
  if (!the.names.facts) return;
  const { operator } = node;
  if (operator === "==" || operator === "!=") {
    amongst(node.right, left, { of: node.left, the });
    amongst(node.left, right, { of: node.right, the });
  }
  if (operator === "in" && node.right.kind === "list")
    for (const item of node.right.items) amongst(item, left, { of: node.left, the });
  const [one, other] = [left.schema["currency"], right.schema["currency"]];
  if (
    left.kind !== "money" ||
    right.kind !== "money" ||
    typeof one !== "string" ||
    typeof other !== "string"
  )
    return;
  if (one !== other)
    the.report(
      node,
      `${sourceOf(the.text, node.left)} is in ${one} and ${sourceOf(the.text, node.right)} in ${other}; two currencies are not compared or added.`,
      { mend: "Write both in one currency." },
    );
}

function amongst(
  literal: Node,
  { schema }: Known,
  { of, the }: { readonly of: Node; readonly the: Checking },
): void {
  const { enum: values } = schema;
  if (literal.kind !== "literal" || !Array.isArray(values)) return;
  if (literal.value === null || values.includes(literal.value)) return;
  const known = values.map(String);
  const near = nearest(String(literal.value), known);
  const mend = near === null ? `Write one of ${known.join(", ")}.` : `Did you mean "${near}"?`;
  the.report(
    literal,
    `${JSON.stringify(literal.value)} is not one of the values of ${sourceOf(the.text, of)}: ${known.join(", ")}.`,
    { mend, code: "wrong-value" },
  );
}
