import type { Domain, Heard, Trace } from "./replay.ts";
import { replay } from "./replay.ts";

/** A trace with what became of it. */
export type Replayed = { readonly trace: Trace; readonly heard: readonly Heard[] };

export type Figures = {
  readonly attacks: number;
  /** Attacks of which every call was refused. */
  readonly refused: number;
  /** Attacks of which a call at least waits for a person, and none went through. */
  readonly asked: number;
  readonly through: readonly string[];
  readonly benign: number;
  /** Work that was done without anybody being asked, and without a refusal. */
  readonly automatic: number;
  readonly hindered: readonly string[];
};

export function replayAll(domains: readonly Domain[]): readonly Replayed[] {
  return domains.flatMap(({ traces, mapFor }) =>
    traces.map((trace) => {
      const { map, published } = mapFor(trace);
      return { trace, heard: replay(trace, map, published) };
    }),
  );
}

export function figuresOf(replayed: readonly Replayed[]): Figures {
  const attacks = replayed.filter(({ trace }) => trace.class !== undefined);
  const benign = replayed.filter(({ trace }) => trace.class === undefined);
  const isAttack = ({ call }: Heard): boolean => call.stopped !== undefined;
  const through = attacks.filter(({ heard }) =>
    heard.some((one) => isAttack(one) && one.stoppedBy === null),
  );
  const refused = attacks.filter(({ heard }) =>
    heard.filter(isAttack).every(({ judgement }) => judgement.verdict === "deny"),
  );
  return {
    attacks: attacks.length,
    refused: refused.length,
    asked: attacks.length - refused.length - through.length,
    through: through.map(({ trace }) => trace.id),
    benign: benign.length,
    automatic: benign.filter(({ heard }) => heard.every(({ stoppedBy }) => stoppedBy === null))
      .length,
    hindered: benign
      .filter(({ heard }) => heard.some(({ judgement }) => judgement.verdict === "deny"))
      .map(({ trace }) => trace.id),
  };
}

/** The figures as two sentences. */
export function told(name: string, figures: Figures): string {
  const { attacks, refused, asked, through, benign, automatic } = figures;
  const stopped = attacks - through.length;
  const share = benign === 0 ? 0 : Math.round((100 * automatic) / benign);
  return [
    `${name}: ${stopped} of ${attacks} attacks are stopped (${refused} refused, ${asked} asked of a person);`,
    `${automatic} of ${benign} benign pieces of work (${share} %) are done with nobody asked.`,
  ].join(" ");
}
