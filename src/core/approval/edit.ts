import type { Digest } from "../id.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import type { Problem } from "../problem.ts";
import { type Approval, chainOf } from "./approval.ts";
import type { KeptChain } from "./chain.ts";
import type { ApprovalEvent } from "./event.ts";
import type { ApprovalFacts } from "./facts.ts";
import type { Again, ApprovalTold } from "./hear.ts";
import type { ActionAsked } from "./opening.ts";
import { whyMayNot } from "./right.ts";

/** Times that one approval is edited. */
export const EDITS_MOST = 20;

/**
 * A decider changes the action before it is allowed. That makes another one: the rules run again, what was
 * voted is void, and whoever edited it now asks for it, and does not decide it too; unless all that they did
 * was to change a field in the direction in which its chain lets it be changed: a refund made smaller.
 */
export function heardEdit(
  approval: Approval,
  told: Extract<ApprovalTold, { type: "edit" }>,
  facts: ApprovalFacts & { readonly again?: Again },
): readonly ApprovalEvent[] | Problem {
  const { gate } = approval;
  if (told.digest !== gate.digest)
    return {
      code: "conflict",
      message: "What this changes is no longer what the gate asks.",
      mend: "Look at it again and edit what it asks now.",
    };
  const right = whyMayNot(approval, facts);
  if ("code" in right) return right;
  const action = actionMeant(approval, told.action);
  if (action !== null && "code" in action) return action;
  return (
    whyNotEdited(approval, told, chainOf(approval).edit) ??
    edited(approval, told, { action, facts })
  );
}

type Editing = {
  readonly action: ActionAsked | null;
  readonly facts: ApprovalFacts & { readonly again?: Again };
};

function edited(
  approval: Approval,
  told: Extract<ApprovalTold, { type: "edit" }>,
  { action, facts }: Editing,
): readonly ApprovalEvent[] | Problem {
  const { edit } = chainOf(approval);
  const args = action?.args ?? approval.gate.terms?.args ?? {};
  const real = Object.fromEntries(
    Object.entries(told.changes).filter(([path, value]) => !isSame(valueAt(args, path), value)),
  );
  if (Object.keys(real).length === 0) return [];
  const counts = !Object.entries(real).every(([path, value]) =>
    isTheWayItMay(ownOf(edit, path), valueAt(args, path), value),
  );
  const again = facts.again?.(changed(args, real), editedOf(action, counts ? facts.by : null));
  if (again === undefined) return nothingToEdit();
  if ("code" in again) return again;
  const which = action === null ? {} : { action: action.digest };
  const { reason } = told;
  return [{ type: "gate.edited", changes: real, reason, counts, gate: again, ...which }];
}

function whyNotEdited(
  { gate, edits }: Approval,
  { changes, reason }: Extract<ApprovalTold, { type: "edit" }>,
  edit: KeptChain["edit"],
): Problem | null {
  const may = Object.keys(edit);
  if (gate.terms === undefined || may.length === 0) return nothingToEdit();
  const unknown = Object.keys(changes).find((path) => !may.includes(path));
  if (unknown !== undefined)
    return {
      code: "not-allowed",
      message: `"${unknown}" is not to be changed here; ${may.map((one) => `"${one}"`).join(", ")} may be.`,
      mend: "Change one of those, or reject it and say what should be asked.",
    };
  if (reason.trim() === "")
    return {
      code: "bad-input",
      message: "A reason is needed to edit it; it stands in the log.",
      mend: "Say why in a sentence.",
    };
  return edits < EDITS_MOST
    ? null
    : {
        code: "limit",
        message: `This was edited ${EDITS_MOST} times; that is the most.`,
        mend: "Reject it and say what should be asked.",
      };
}

/** @param by who asks for it by this; null: nobody does */
function editedOf(action: ActionAsked | null, by: string | null): Parameters<Again>[1] {
  if (action === null) return undefined;
  const { digest, editors = [] } = action;
  return { digest, editors: by === null ? editors : [...new Set([...editors, by])] };
}

/** Of several actions the one that is named; null: it is one action. */
function actionMeant({ gate }: Approval, digest: Digest | undefined): ActionAsked | Problem | null {
  const actions = gate.terms?.actions;
  const found = actions?.find((one) => one.digest === digest);
  if (found !== undefined) return found;
  if (actions === undefined && digest === undefined) return null;
  return {
    code: "bad-input",
    message: actions === undefined ? "This is one action." : "It asks for several actions at once.",
    mend: actions === undefined ? "Name no action to edit." : "Name the one that is edited.",
  };
}

function nothingToEdit(): Problem {
  return {
    code: "not-allowed",
    message: "Its chain lets nobody change anything of it.",
    mend: "Reject it and say what should be asked.",
  };
}

/** Whether the change is one that its field declares harmless. A field of which "any" is said declares none. */
function isTheWayItMay(way: KeptChain["edit"][string] | undefined, was: Json, is: Json): boolean {
  const order = compared(was, is);
  if (order === null) return false;
  return (way === "decrease" && order < 0) || (way === "increase" && order > 0);
}

/** Numbers, or amounts of the same currency ("HKD 640.50"); null: they cannot be told apart by size. */
function compared(was: Json, is: Json): number | null {
  const [a, b] = [amountIn(was), amountIn(is)];
  return a === null || b === null || a.unit !== b.unit ? null : Math.sign(b.amount - a.amount);
}

const MONEY = /^([A-Z]{3}) (-?\d+(?:\.\d+)?)$/;

function amountIn(value: Json): { readonly unit: string; readonly amount: number } | null {
  if (typeof value === "number") return { unit: "", amount: value };
  if (isObject(value)) {
    const { currency, amount } = value;
    return typeof currency === "string" && typeof amount === "number"
      ? { unit: currency, amount }
      : null;
  }
  const [, unit, amount] = (typeof value === "string" && MONEY.exec(value)) || [];
  return unit === undefined ? null : { unit, amount: Number(amount) };
}

/** The value under "a.b"; null where there is none. */
export function valueAt(args: JsonObject, path: string): Json {
  let value: Json = args;
  for (const name of path.split(".")) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return null;
    value = ownOf(value, name) ?? null;
  }
  return value;
}

/** The same with other values under some paths. */
export function changed(args: JsonObject, changes: JsonObject): JsonObject {
  return Object.entries(changes).reduce<JsonObject>(
    (all, [path, value]) => put(all, path.split("."), value),
    args,
  );
}

function put(all: JsonObject, [name = "", ...rest]: readonly string[], value: Json): JsonObject {
  if (rest.length === 0) return { ...all, [name]: value };
  const below = ownOf(all, name);
  return { ...all, [name]: put(isObject(below) ? below : {}, rest, value) };
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
