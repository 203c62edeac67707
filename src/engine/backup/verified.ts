import { verifyStream } from "../../core/audit/index.ts";
import type { StreamId } from "../../core/id.ts";
import type { MusterError } from "../../core/problem.ts";
import { lookIntoFile, sha256 } from "../store/index.ts";

/** Runs that are looked up at once. */
const AT_ONCE = 1_000;

/**
 * Each run's hash chain, and each content, as a backup has them: when it is made, and again before it is
 * put into a folder, since it may have lain on a disk for long.
 *
 * @param damaged makes the error of what is not as it was written
 */
export function verified(
  file: string,
  damaged: (what: string) => MusterError,
): { readonly runs: number; readonly events: number } {
  const { log, contents } = lookIntoFile(file);
  try {
    let events = 0;
    let runs = 0;
    for (const { stream, seq } of streamsIn(log)) {
      const verdict = verifyStream(log.read(stream), sha256);
      if (!verdict.ok) throw damaged(`${stream}: ${verdict.message}`);
      if (verdict.end.seq !== seq)
        throw damaged(`${stream} ends at event ${verdict.end.seq}, not ${seq}.`);
      runs += 1;
      events += seq;
    }
    for (const [digest, text] of contents())
      if (`sha256:${sha256(text)}` !== digest)
        throw damaged(`The content ${digest} is not what was written.`);
    return { runs, events };
  } finally {
    void log.close();
  }
}

function* streamsIn(
  log: ReturnType<typeof lookIntoFile>["log"],
): Generator<{ readonly stream: StreamId; readonly seq: number }> {
  for (const kind of [{}, { kind: "case" }] as const)
    for (let offset = 0; ; offset += AT_ONCE) {
      const some = log.standings({ ...kind, most: AT_ONCE, offset });
      yield* some;
      if (some.length < AT_ONCE) break;
    }
}
