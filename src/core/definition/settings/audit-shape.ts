import type { z } from "zod";
import { closed, listOf, word } from "../reading/closed-shape.ts";

/** How a company's record is kept, as its map says it. */
export type AuditSource = { readonly checkpoints?: readonly string[] };

export const auditShape: z.ZodType<AuditSource> = closed<AuditSource>({
  checkpoints: listOf(word("a folder"), "a list of folders").describe(
    "Folders outside of the company's own that signed checkpoints of the log are written to, from the company's folder or absolute.",
  ),
});
