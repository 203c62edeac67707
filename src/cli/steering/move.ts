import { resolve } from "node:path";
import type { Digest } from "../../core/id.ts";
import { looksLikeFile } from "../folder.ts";
import type { Context } from "../surroundings.ts";
import { type SteerOptions, steer } from "./steer.ts";

/**
 * `muster runs move RUN [WORKFLOW] --why WHY`: a paused run goes on by another version of its workflow:
 * the one that is there now, or the one in a file.
 */
export async function runsMove(
  context: Context,
  name: string,
  { to, ...options }: SteerOptions & { readonly to?: string },
): Promise<number> {
  const { cwd } = context.surroundings;
  return await steer(context, {
    name,
    options,
    follows: false,
    tell: async (company, run) => {
      const { why } = options;
      const workflow = to ?? company.standing(run)?.workflow ?? "";
      const file = looksLikeFile(workflow) ? resolve(cwd, workflow) : workflow;
      return [{ type: "move", definition: file as Digest, why }];
    },
  });
}
