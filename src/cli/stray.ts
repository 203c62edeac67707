import { fileURLToPath } from "node:url";
import type { Problem } from "../core/problem.ts";

/** Where our own code stands: `src`, or `dist` in the package. */
const OURS = fileURLToPath(new URL("..", import.meta.url));
const FRAME = /\(?((?:file:\/\/)?\/[^()\n]*?):(\d+):(\d+)\)?$/;

/**
 * What an agent's code threw when nobody was waiting for it: in a timer, in a promise that was not
 * awaited. It is the agent's fault and not the run's, so the process goes on.
 *
 * @returns null where it is a fault of our own
 */
export function strayOf(error: unknown): Problem | null {
  const place = error instanceof Error ? placeOf(error.stack ?? "") : null;
  if (place?.file.startsWith(OURS) === true) return null;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: "unhealthy-agent",
    severity: "warning",
    message: `The code of an agent threw when nobody waited for it any more: ${what}`,
    mend: "Await what the attempt begins before it answers, or write isolate: true, so that it falls alone.",
    ...(place === null ? {} : { where: place }),
  };
}

/** The first frame that is no part of Node. */
function placeOf(stack: string): { file: string; line: number; column: number } | null {
  for (const line of stack.split("\n").slice(1)) {
    const [, file = "", at = "", column = ""] = FRAME.exec(line.trim()) ?? [];
    if (file === "") continue;
    const path = file.startsWith("file://") ? fileURLToPath(file) : file;
    return { file: path, line: Number(at), column: Number(column) };
  }
  return null;
}
