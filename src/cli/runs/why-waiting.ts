import type { Waiting } from "../../engine/company/index.ts";
import { atRestLine } from "../at-rest.ts";
import { asTyped } from "../command.ts";
import { EXIT } from "../exit.ts";
import { plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withRun } from "../with-run.ts";

/** Steps that are named one by one; the others are counted. `--json` has all of them. */
const STEPS_NAMED_MOST = 100;

/** `muster runs why-waiting RUN`: names what each open step waits for, and how a person moves it on. */
export async function runsWhyWaiting(context: Context, name: string): Promise<number> {
  return await withRun(context, { name, perform: false }, async (company, run) => {
    const { answer, json } = context.terminal;
    const waiting = (await company.waiting(run)) ?? [];
    if (json) answer.line(JSON.stringify(waiting));
    else if (waiting.length === 0) {
      const status = company.standing(run)?.status ?? "not there";
      answer.line(`${run} is ${status}; nothing in it waits.`);
    } else {
      const rest = await atRestLine(context, company, run);
      if (rest !== null) answer.line(rest);
      for (const one of waiting.slice(0, STEPS_NAMED_MOST))
        answer.line(asTyped(context, company.folder, waitingLine(one)));
      const more = waiting.length - STEPS_NAMED_MOST;
      if (more > 0) answer.line(`and ${more} more; --json lists all of them`);
    }
    return EXIT.done;
  });
}

function waitingLine({ path, status, what, until, mend }: Waiting): string {
  // A timer's sentence names its time itself.
  const sentence =
    until && !what.includes(until) ? `${what.replace(/\.$/, "")}, until ${until}.` : what;
  const line = `${plain(path) || "the run"}  ${status}  ${plain(sentence)}`;
  return mend ? `${line}\n  mend: ${plain(mend)}` : line;
}
