import { gatesOf } from "../../src/core/history/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { Key } from "../../src/core/machine/index.ts";
import { type Company, readHistory } from "../../src/engine/company/index.ts";

/** A company whose agent hangs letters on a desk, each of which dana has to allow. */
export const LETTER_DESK: Readonly<Record<"map.yaml" | "people.yaml" | "desk/README.txt", string>> =
  {
    "map.yaml": `muster: 1
company: Example Shop
exceptions: { owner: wing }
systems:
  desk: { kind: file, folder: ./desk }
tools:
  letter.hang:
    system: desk
    level: record
    effects: idempotent
    action: write
    file: "{order}.txt"
    content: $args.text
    args: { order: string, text: string }
    writes: letters
agents:
  support: { may: { level: record, tools: [letter.hang] } }
rules:
  letters: { when: action.tool == "letter.hang", then: { approve: desk }, because: Everybody reads it. }
approvals:
  desk: { from: { people: [dana] } }
`,
    "people.yaml": "muster: 1\npeople: { dana: {}, wing: {}, rita: {} }\n",
    "desk/README.txt": "Letters hang here.\n",
  };

type Asked = {
  readonly key: Key;
  readonly digest: Digest;
  readonly presented: Digest;
  /** Of several things asked for at once, each. */
  readonly actions: readonly Digest[];
};

/** What people are asked in a run, and are shown. @throws Error where nobody is asked */
export async function askedIn(company: Company, run: RunId): Promise<Asked> {
  const [gate] = gatesOf(await readHistory(company, run));
  const { terms, digest } = gate?.approval.gate ?? {};
  if (gate === undefined || terms === undefined || digest === undefined)
    throw new Error("Nobody is asked.");
  const actions = (terms.actions ?? []).map((one) => one.digest);
  return { key: gate.key, digest, presented: terms.presented, actions };
}
