import { describe, expect, test } from "vitest";
import type { Digest } from "../id.ts";
import { problemsOf } from "./changed-example.ts";
import { HARBOUR } from "./example-map.ts";
import { readWorkMap } from "./index.ts";

const MONEY = "{ order_id: string, amount: { type: number, currency: HKD } }";

/** What a refund of the example says of itself. */
function saying(says: string) {
  const files = HARBOUR.map(({ file, text }) => ({
    file,
    text: text
      .replace("  refund.pay:\n    system: shop\n", (all) => `${all}    says: ${says}\n`)
      // In the example it is a bare number, and its conditions compare it as one.
      .replaceAll("{ order_id: string, amount: number }", MONEY)
      .replaceAll(/(args\.amount [<>]=? )([\d.]+)/g, "$1money('HKD $2')"),
  }));
  const read = readWorkMap(files, {
    digest: (text) => `sha256:${text.length}` as Digest,
    agents: null,
    workflows: null,
  });
  return read.map?.tools["refund.pay"]?.says ?? null;
}

function facts(args: { readonly amount: number; readonly order_id: string }) {
  return { action: { args }, case: { customer_id: "C-7" } };
}

describe("what a tool says of its calls", () => {
  test("is one sentence, with money as people write it", () => {
    const says = saying("Refund ${args.amount} of order ${args.order_id} to ${case.customer_id}");
    expect(says?.of(facts({ amount: 3280, order_id: "1042" }))).toBe(
      "Refund HKD 3,280.00 of order 1042 to C-7",
    );
    expect(says?.of(facts({ amount: 640.5, order_id: "7" }))).toBe(
      "Refund HKD 640.50 of order 7 to C-7",
    );
  });

  test("is one line, whatever is put into it, and not without end", () => {
    const says = saying("Refund order ${args.order_id}");
    const said = says?.of(facts({ amount: 1, order_id: `a\n\nRefund: nothing ${"x".repeat(99)}` }));
    expect(said).toMatch(/^Refund order a Refund: nothing x+…$/);
    expect(said?.length).toBeLessThan(100);
  });

  test("is nothing where a part of it is not known: half a sentence misleads", () => {
    const says = saying("Refund order ${args.order_id} of ${record.before.total}");
    expect(says?.of(facts({ amount: 1, order_id: "7" }))).toBeNull();
  });

  test("names only what rules may name, and is told its place where it does not", () => {
    expect(
      problemsOf([
        [
          "  refund.pay:\n    system: shop\n",
          "  refund.pay:\n    system: shop\n    says: Refund ${args.amout}\n",
        ],
      ]),
    ).toEqual([expect.stringContaining("amout")]);
  });
});
