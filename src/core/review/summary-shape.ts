import { z } from "zod";
import type { RunFiles, Summary } from "./summary.ts";

const filesShape: z.ZodType<RunFiles> = z.strictObject({
  outputs: z.string().describe("What the run gave, as JSON."),
  state: z.string().describe("The state of the run as one document."),
  log: z.string().describe("Every event, one line each."),
  metrics: z.string().describe("Figures of the run, in Prometheus's text format."),
});

const share: z.ZodType<Summary["phases_completed"]> = z.strictObject({
  done: z.int().min(0),
  of: z.int().min(0),
});

/** The schema of a summary, of which `schema/run-summary.schema.json` is made. */
export const summaryShape: z.ZodType<Summary> = z.strictObject({
  workflow: z.string(),
  version: z.string(),
  workflow_id: z.string().nullable().describe("The run's id, wf_…"),
  status: z.string(),
  duration_minutes: z.number().min(0),
  phases_completed: share,
  steps_completed: share,
  completed: z
    .array(z.strictObject({ text: z.string(), ticked: z.boolean(), why: z.string() }))
    .describe("The six ticks. One that is not true is not ticked, and why says why."),
  resource_usage: z.strictObject({
    tokens: z.strictObject({
      used: z.number().min(0),
      budget: z.number().nullable(),
      percent: z.number().nullable(),
    }),
    api_calls: z.strictObject({ made: z.number().min(0), limit: z.number().nullable() }),
    peak_concurrent_agents: z.int().min(0),
    execution_time: z
      .strictObject({ minutes: z.number().min(0), estimated_minutes: z.number().nullable() })
      .describe("Work alone, and the median of runs before; null where there are too few."),
  }),
  outputs: filesShape.nullable().describe("null where nobody wrote them: the log is in memory."),
  next_steps: z.array(z.string()).describe("Commands."),
});

/** Files made from the schema, which nobody edits. */
export function madeReviewFiles(): readonly { readonly path: string; readonly text: string }[] {
  const schema = { title: "What a run of Muster came to", ...z.toJSONSchema(summaryShape) };
  return [{ path: "schema/run-summary.schema.json", text: `${JSON.stringify(schema, null, 2)}\n` }];
}
