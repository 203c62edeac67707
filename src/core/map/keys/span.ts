import { z } from "zod";
import type { SpanSource } from "./source.ts";

const ERROR = "a time such as 4h, 2 days or 4 working hours (a bare number is seconds)";

/** A duration, or one of working time. What is wrong in it is told when it is read. */
export function span(): z.ZodType<SpanSource> {
  const number = z.number({ error: ERROR }).min(0, { error: ERROR });
  return z.union([number, z.string({ error: ERROR })], { error: ERROR });
}
