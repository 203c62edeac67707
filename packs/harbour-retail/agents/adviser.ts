type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Task = { readonly inputs: { readonly [name: string]: Json } };
type Option = {
  readonly name: "reject" | "partial" | "full";
  readonly amount: number;
  readonly consequence: string;
};
type Answer =
  | {
      readonly outputs: {
        readonly options: readonly Option[];
        readonly advised: string;
        readonly amount: number;
        readonly why: string;
      };
    }
  | {
      readonly error: {
        readonly class: "permanent";
        readonly kind: string;
        readonly message: string;
      };
    };

/**
 * Three options: reject, a part, all. What is left of what was paid is the most; what was asked for is
 * the most that is paid back in full.
 */
export function attempt({ inputs }: Task): Answer {
  const { total, refunded, asked, share, advice } = inputs;
  if (typeof total !== "number" || typeof refunded !== "number" || typeof share !== "number")
    return {
      error: {
        class: "permanent",
        kind: "invalid_input_data",
        message: "total, refunded and share are numbers. Read the order first, and ask the table.",
      },
    };
  const left = cents(total) - cents(refunded);
  if (typeof asked === "number" && cents(asked) <= 0)
    return {
      error: {
        class: "permanent",
        kind: "invalid_input_data",
        message: `HKD ${money(cents(asked))} cannot be paid back. Ask the customer how much it is.`,
      },
    };
  const full = Math.min(left, typeof asked === "number" ? cents(asked) : left);
  const half = Math.floor(full / 2);
  const options: readonly Option[] = [
    { name: "reject", amount: 0, consequence: "Nothing is paid. Support tells the customer." },
    {
      name: "partial",
      amount: half / 100,
      consequence: `HKD ${money(half)} is paid; the order keeps HKD ${money(left - half)}.`,
    },
    {
      name: "full",
      amount: full / 100,
      consequence: `HKD ${money(full)} is paid; the order keeps HKD ${money(left - full)}.`,
    },
  ];
  const advised = advice === "full" || advice === "partial" ? advice : "reject";
  const amount = options.find(({ name }) => name === advised)?.amount ?? 0;
  const why =
    left <= 0
      ? "All that was paid has been paid back."
      : `The policy gives ${share} % here; HKD ${money(left)} of HKD ${money(cents(total))} is left.`;
  return {
    outputs: {
      options,
      advised: left <= 0 ? "reject" : advised,
      amount: left <= 0 ? 0 : amount,
      why,
    },
  };
}

function cents(amount: number): number {
  return Math.round(amount * 100);
}

function money(inCents: number): string {
  return (inCents / 100).toFixed(2);
}
