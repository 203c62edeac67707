import { type Amounts, sayAmount, sayAmounts } from "../../core/amounts.ts";
import type { Foresight, Spread } from "../../core/foresight/index.ts";
import { duration } from "./duration.ts";
import { type Cell, type Column, tableLines } from "./table.ts";
import type { Channel } from "./terminal.ts";
import { count, plain } from "./text.ts";

const POINTS_SHOWN_MOST = 10;

/** What a run would do, for people. */
export function foresightLines(foresight: Foresight, channel: Channel): readonly string[] {
  const { workflow, version, runs, rehearsals } = foresight;
  const from =
    runs === 0 ? "no past runs" : `${count(runs, "past run")}, rehearsed ${rehearsals} times`;
  const title = `${plain(workflow)}${version === "" ? "" : ` ${plain(version)}`}: a dry run, from ${from}`;
  return [
    channel.paint("bold", title),
    "",
    ...tableLines(PLAN_COLUMNS, planRows(foresight), channel.columns),
    "",
    `Time:      ${spread(foresight.timeMs, duration)}`,
    ...Object.entries(foresight.usage).map(
      ([unit, amounts]) =>
        `${`${unit}:`.padEnd(10)} ${spread(amounts, (amount) => sayAmount(unit, amount))}`,
    ),
    `Decided by ▸ ${foresight.critical.map(plain).join(" → ")}`,
    ...outcomeLines(foresight),
    ...pointLines(foresight),
    ...foresight.caveats.map((caveat) => `Note:      ${plain(caveat)}`),
    "Nothing was performed.",
  ];
}

const PLAN_COLUMNS: readonly Column[] = [
  { title: "BEGINS" },
  { title: "TAKES" },
  { title: "STEP", least: 20 },
  { title: "WHO", least: 10, goes: 2 },
  { title: "USES", goes: 1 },
  { title: "FROM", goes: 3 },
];

function planRows({ plan }: Foresight): readonly (readonly Cell[])[] {
  return plan.map((step) =>
    [
      duration(step.startMs),
      duration(step.endMs - step.startMs),
      `${step.isCritical ? "▸ " : "  "}${plain(step.name)}${step.times > 1 ? ` × ${step.times}` : ""}`,
      plain(step.agent ?? step.kind),
      used(step.usage),
      step.tries === 0 ? "supposed" : count(step.tries, "attempt"),
    ].map((text) => ({ text })),
  );
}

function used(usage: Amounts): string {
  return Object.keys(usage).length === 0 ? "" : sayAmounts(usage);
}

function spread({ expected, low, high }: Spread, say: (amount: number) => string): string {
  return low === high ? say(expected) : `${say(expected)}, mostly ${say(low)} to ${say(high)}`;
}

function outcomeLines({ outcomes }: Foresight): readonly string[] {
  const named = Object.entries(outcomes);
  const all = named.reduce((sum, [, times]) => sum + times, 0);
  if (all < 2) return [];
  return [`Ends:      ${named.map(([name, times]) => `${name} ${times} of ${all}`).join(", ")}`];
}

function pointLines({ failurePoints }: Foresight): readonly string[] {
  if (failurePoints.length === 0) return [];
  const shown = failurePoints.slice(0, POINTS_SHOWN_MOST);
  const more = failurePoints.length - shown.length;
  return [
    "May fail:",
    ...shown.map(({ name, why }) => `- ${plain(name)}: ${plain(why)}`),
    ...(more > 0 ? [`- … and ${more} more`] : []),
  ];
}
