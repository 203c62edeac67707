import type { Envelope } from "../../core/audit/index.ts";
import { EXIT } from "../exit.ts";
import { cut, pad, plain, valueLine, widthOf } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withRun, withRunOrFile } from "../with-run.ts";

export type EventsOptions = { readonly follow: boolean; readonly after: number };

/** `muster runs events RUN`: its log, one line each; with `--json` one JSON object a line. */
export async function runsEvents(
  context: Context,
  name: string,
  options: EventsOptions,
): Promise<number> {
  const { follow, after } = options;
  return await (follow ? withRun : withRunOrFile)(
    context,
    { name, perform: follow },
    async (company, run) => {
      const { answer, json } = context.terminal;
      const interruption = Promise.withResolvers<number>();
      const release = context.surroundings.onInterrupt(() =>
        interruption.resolve(EXIT.interrupted),
      );
      const reading = async (): Promise<number> => {
        for await (const envelope of company.events(run, { after, follow }))
          answer.line(json ? JSON.stringify(envelope) : eventLine(envelope, answer.columns));
        return EXIT.done;
      };
      try {
        return await Promise.race([reading(), interruption.promise]);
      } finally {
        release();
      }
    },
  );
}

const SEQ_COLUMNS = 6;
const TYPE_COLUMNS = 17;
const STEP_COLUMNS = 28;
const DATA_COLUMNS_LEAST = 20;
/** How the log is cut into decisions, and where a step stands in its block; --json has it. */
const SILENT: ReadonlySet<string> = new Set(["end", "settled", "closes", "slot"]);

function eventLine(envelope: Envelope, columns: number): string {
  const { seq, at, type, step, actor, data } = envelope;
  const lead = [
    String(seq).padStart(SEQ_COLUMNS),
    at.replace("T", " "),
    pad(type, TYPE_COLUMNS),
    pad(plain(step) || "-", STEP_COLUMNS),
  ].join("  ");
  const told = Object.entries(data).filter(([name]) => !SILENT.has(name));
  const all = { ...(actor.kind === "system" ? {} : { by: actor.id }), ...Object.fromEntries(told) };
  if (Object.keys(all).length === 0) return cut(lead.trimEnd(), columns);
  const room = Math.max(DATA_COLUMNS_LEAST, columns - widthOf(lead) - 2);
  return cut(`${lead}  ${valueLine(all, room)}`, columns);
}
