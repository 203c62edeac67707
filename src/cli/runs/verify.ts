import { isSound, type Point, reviewDocument, took } from "../../core/review/index.ts";
import type { Reviewed } from "../../engine/company/index.ts";
import { asTyped } from "../command.ts";
import { EXIT } from "../exit.ts";
import { findingLines, type Paint, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withRunOrFile } from "../with-run.ts";

/** `muster runs verify RUN`: the eleven points of the completion checklist, the hash chain, and what is wrong. */
export async function runsVerify(context: Context, name: string): Promise<number> {
  return await withRunOrFile(context, { name, perform: false }, async (company, run) => {
    const review = await company.review(run);
    tell(context, company.folder, review);
    return isSound(review) ? EXIT.done : EXIT.failed;
  });
}

function tell(context: Context, folder: string, review: Reviewed): void {
  const { answer, json } = context.terminal;
  if (json) {
    const { run, status, events, hash, estimate, tookMs } = review;
    const about = { workflow_id: run, status, events, hash };
    const time = { took_ms: tookMs, estimated_ms: estimate?.ms ?? null };
    answer.line(JSON.stringify({ ...about, ...time, ...reviewDocument(review) }));
    return;
  }
  for (const point of review.points) answer.line(pointLine(answer.paint, point));
  for (const line of findingLines(review.findings, answer.paint))
    answer.line(asTyped(context, folder, line));
  answer.line("");
  answer.line(lastLine(review));
}

const MARKS = {
  true: ["✓", "green"],
  "not true": ["✗", "red"],
  "does not apply": ["–", "dim"],
} as const;

function pointLine(paint: Paint, { text, answer, evidence }: Point): string {
  const [mark, style] = MARKS[answer];
  return `${paint(style, mark)} ${text}: ${answer}\n  ${plain(evidence)}`;
}

function lastLine(review: Reviewed): string {
  const { run, status, events, tookMs, points, findings } = review;
  const of = (answer: string): number => points.filter((point) => point.answer === answer).length;
  const held = `${of("true")} true, ${of("not true")} not true, ${of("does not apply")} do not apply`;
  const wrong = findings.length === 0 ? "" : `, ${findings.length} wrong`;
  return `${run} is ${status}, ${events} events, ${took(tookMs)} of work: ${held}${wrong}`;
}
