import { formsOf } from "../functions/functions.ts";
import { isTaken } from "../reading/form.ts";
import type { Node } from "../reading/node.ts";
import { type Reckon, worst } from "./frame.ts";
import { checkedNumber } from "./operators.ts";

import { fault, isFault, isValue, kindOf, said } from "./value.ts";

/** A call: the form that takes these kinds is run; what it cannot do is a fault with its name. */
export function reckonCall(node: Node & { kind: "call" }, args: readonly Reckon[]): Reckon {
  const forms = formsOf(node.name, node.method);
  return (frame) => {
    const given = args.map((arg) => arg(frame));
    const trouble = worst(given);
    if (trouble) return trouble;
    const values = given.filter(isValue);
    const kinds = values.map(kindOf);
    const form = forms.find((one) => isTaken(one, kinds));
    if (!form) return fault(`${node.name} does not take ${kinds.map(said).join(", ")}`);
    const result = form.run(values);
    if (isFault(result) || typeof result !== "number") return result;
    return checkedNumber(result, false);
  };
}
