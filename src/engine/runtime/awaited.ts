import type { Answer } from "../../core/machine/index.ts";
import type { UseTool } from "../tools/index.ts";

export type Awaited = {
  readonly use: UseTool;
  /** The same answer, when what was asked of tools and not waited for is over. */
  readonly settled: (answer: Answer) => Promise<Answer> | Answer;
};

/** U3: an agent that answers before all that it asked is done is not done yet. */
export function awaited(use: UseTool): Awaited {
  // Most attempts use no tool.
  let pending: Set<Promise<unknown>> | null = null;
  return {
    use: (tool, args, as) => {
      const reply = use(tool, args, as);
      pending ??= new Set();
      const asked = pending.add(reply);
      const over = (): boolean => asked.delete(reply);
      reply.then(over, over);
      return reply;
    },
    settled: (answer) =>
      pending === null || pending.size === 0
        ? answer
        : Promise.allSettled(pending).then(() => answer),
  };
}
