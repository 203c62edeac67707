import type { Answer } from "../../../core/machine/index.ts";
import type { ToolUses } from "../../tools/index.ts";

export type Awaited = ToolUses & {
  /** The same answer, when what was asked of tools and not waited for is over. */
  readonly settled: (answer: Answer) => Promise<Answer> | Answer;
};

type Lending<Lent> = { readonly lent: () => Lent };

/**
 * U3: an agent that answers before all that it asked is done is not done yet.
 *
 * @param lend the tools, made with the first use: most attempts use none
 */
export function awaited<Lent extends ToolUses>(lend: () => Lent): Awaited & Lending<Lent> {
  let made: Lent | null = null;
  const lent = (): Lent => (made ??= lend());
  let pending: Set<Promise<unknown>> | null = null;
  const kept = <T>(reply: Promise<T>): Promise<T> => {
    pending ??= new Set();
    const asked = pending.add(reply);
    const over = (): boolean => asked.delete(reply);
    reply.then(over, over);
    return reply;
  };
  return {
    lent,
    use: (tool, args, as) => kept(lent().use(tool, args, as)),
    useAll: (all) => kept(lent().useAll(all)),
    settled: (answer) =>
      pending === null || pending.size === 0
        ? answer
        : Promise.allSettled(pending).then(() => answer),
  };
}
