import {
  type Duration,
  type Fault,
  type Kind,
  type Money,
  type Plain,
  said,
  type Timestamp,
  type Value,
} from "../reckoning/value.ts";

/** One way to call a function: what it takes and gives. The receiver of a method is its first argument. */
export type Form = {
  readonly name: string;
  readonly method: boolean;
  readonly takes: readonly Taken[];
  readonly gives: Taken;
  readonly run: (args: readonly Value[]) => Value | Fault;
};

export type Taken = Kind | "any";

type Of<Given extends Taken> = Given extends "text"
  ? string
  : Given extends "number"
    ? number
    : Given extends "bool"
      ? boolean
      : Given extends "list"
        ? readonly Value[]
        : Given extends "object"
          ? Plain
          : Given extends "timestamp"
            ? Timestamp
            : Given extends "duration"
              ? Duration
              : Given extends "money"
                ? Money
                : Value;

type Run<Takes extends readonly Taken[]> = (
  ...args: { readonly [At in keyof Takes]: Of<Takes[At]> }
) => Value | Fault;

export function form<const Takes extends readonly Taken[]>(
  ...of: readonly [name: string, takes: Takes, gives: Taken, run: Run<Takes>]
): Form {
  return made(of, false);
}

/** The receiver is the first of `takes`. */
export function method<const Takes extends readonly Taken[]>(
  ...of: readonly [name: string, takes: Takes, gives: Taken, run: Run<Takes>]
): Form {
  return made(of, true);
}

/** Whether values of these kinds can be given; null is a kind not known. */
export function isTaken(of: Form, kinds: readonly (Kind | null)[]): boolean {
  return (
    of.takes.length === kinds.length &&
    of.takes.every((taken, at) => taken === "any" || kinds[at] === null || kinds[at] === taken)
  );
}

/** "text.substring(number, number)", for messages and documents. */
export function signatureOf(of: Form): string {
  const takes = of.takes.map((taken) => (taken === "bool" ? said("bool") : taken));
  return of.method
    ? `${takes[0]}.${of.name}(${takes.slice(1).join(", ")})`
    : `${of.name}(${takes.join(", ")})`;
}

function made<Takes extends readonly Taken[]>(
  [name, takes, gives, run]: readonly [string, Takes, Taken, Run<Takes>],
  isMethod: boolean,
): Form {
  // The kinds of the arguments are compared with `takes` before `run` is called.
  return { name, method: isMethod, takes, gives, run: (args) => run(...(args as never)) };
}
