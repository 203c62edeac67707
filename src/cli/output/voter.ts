import { sayVoter } from "../../core/approval/index.ts";
import { plain } from "./text.ts";

/** Who decides, and in whose place, as one plain line. */
export function voterWords(by: Parameters<typeof sayVoter>[0]): string {
  return plain(sayVoter(by));
}
