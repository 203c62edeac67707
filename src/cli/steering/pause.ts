import type { Context } from "../surroundings.ts";
import { type SteerOptions, steer } from "./steer.ts";

/** `muster runs pause RUN --why WHY`: nothing new begins; what is in flight goes on and is recorded. */
export async function runsPause(
  context: Context,
  name: string,
  options: SteerOptions,
): Promise<number> {
  const { why } = options;
  const tell = async () => [{ type: "pause", why } as const];
  return await steer(context, { name, options, tell, follows: false });
}
