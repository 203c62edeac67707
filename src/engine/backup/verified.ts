import { verifyStream } from "../../core/audit/index.ts";
import type { StreamId } from "../../core/id.ts";
import type { MusterError } from "../../core/problem.ts";
import { lookIntoFile, sha256 } from "../store/index.ts";

/** What a backup holds. */
export type Counted = {
  readonly runs: number;
  readonly cases: number;
  readonly events: number;
  /** Of both, those whose contents are sealed. The keys are never in a backup. */
  readonly sealed: number;
};

/** Runs that are looked up at once. */
const AT_ONCE = 1_000;

/**
 * Each run's hash chain, and each content, as a backup has them: when it is made, and again before it is
 * put into a folder, since it may have lain on a disk for long.
 *
 * @param damaged makes the error of what is not as it was written
 */
export function verified(file: string, damaged: (what: string) => MusterError): Counted {
  const { log, contents, sealed } = lookIntoFile(file);
  try {
    let events = 0;
    const count = { run: 0, case: 0 };
    for (const { kind, stream, seq } of streamsIn(log)) {
      const verdict = verifyStream(log.read(stream), sha256);
      if (!verdict.ok) throw damaged(`${stream}: ${verdict.message}`);
      if (verdict.end.seq !== seq)
        throw damaged(`${stream} ends at event ${verdict.end.seq}, not ${seq}.`);
      count[kind] += 1;
      events += seq;
    }
    for (const [digest, text] of contents())
      if (`sha256:${sha256(text)}` !== digest)
        throw damaged(`The content ${digest} is not what was written.`);
    return { runs: count.run, cases: count.case, events, sealed: sealed() };
  } finally {
    void log.close();
  }
}

type Found = { readonly kind: "run" | "case"; readonly stream: StreamId; readonly seq: number };

function* streamsIn(log: ReturnType<typeof lookIntoFile>["log"]): Generator<Found> {
  for (const kind of ["run", "case"] as const)
    for (let offset = 0; ; offset += AT_ONCE) {
      const asked = kind === "case" ? { kind } : {};
      const some = log.standings({ ...asked, most: AT_ONCE, offset });
      for (const { stream, seq } of some) yield { kind, stream, seq };
      if (some.length < AT_ONCE) break;
    }
}
