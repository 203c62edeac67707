import type { z } from "zod";
import { closed, duration, either, truth } from "../reading/closed-shape.ts";
import type { TaskSource } from "../steps/step-source.ts";

type Source = NonNullable<TaskSource["cache"]>;

export const cacheShape: z.ZodType<Source> = either<z.ZodType<Source>>(
  [
    truth(),
    closed<Exclude<Source, boolean>>({
      ttl: duration().describe("How long a result is used again. Default 1 day; at most 90 days."),
      allow_ask: truth().describe("Also for an agent that counts as ask: then it is not done."),
    }),
  ],
  "true, false, or a map with ttl",
).describe(
  "What it gave is used again, also by other runs, while the agent, the task, the inputs, the outputs and the context are the same.",
);
