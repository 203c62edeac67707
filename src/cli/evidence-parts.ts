import type { Evidence } from "../core/approval/index.ts";
import { duration, plain, valueLine } from "./output/index.ts";

/** Outside text is marked, line by line, so that it never looks like ours. */
export function requestLines({ request }: Evidence, now: number): readonly string[] {
  if (request === null) return [];
  const { text, from, channel, trust, at } = request;
  const believed = trust === "untrusted" ? ", of which nothing is believed" : "";
  return [
    `${plain(from)} by ${plain(channel)}, ${duration(now - at)} ago; outside text${believed}:`,
    ...text.split("\n").map((line) => `| ${plain(line)}`),
  ];
}

export function differenceLines({ difference }: Evidence, columns: number): readonly string[] {
  const half = Math.max(20, Math.floor(columns / 2));
  return (difference?.fields ?? []).map(
    ({ field, before, after }) =>
      `${plain(field) || "all of it"}: ${valueLine(before, half)} -> ${valueLine(after, half)}`,
  );
}

export function optionLines({ options }: Evidence): readonly string[] {
  return options.map(({ name, consequence }) => `${plain(name)}: ${plain(consequence)}`);
}

/** In words, with the values that were read. */
export function ruleLines({ rules }: Evidence): readonly string[] {
  return rules.flatMap(({ rule, because, leaves, holds }) => [
    `${plain(rule)}: ${plain(because)}${holds === "undetermined" ? " (not enough is known)" : ""}`,
    ...leaves.map((leaf) => `  ${plain(leaf)}`),
  ]);
}

export function dataLines({ data }: Evidence, now: number): readonly string[] {
  return data.map(({ system, entity, ids, fields, at }) => {
    const of = `${plain(system)} ${plain(entity)} ${ids.map(plain).join(", ")}`.trimEnd();
    const what = fields.length === 0 ? "nothing was found" : fields.map(plain).join(", ");
    return `${of}: ${what}; ${duration(now - at)} old`;
  });
}

export function historyLines({ history }: Evidence, now: number): readonly string[] {
  return history.map(
    ({ at, what, ref }) => `${duration(now - at)} ago: ${plain(what)} (${plain(ref)})`,
  );
}

export function adviceLines({ advice }: Evidence): readonly string[] {
  return advice.map(({ by, says, why }) => `${plain(by)}: ${plain(says)}. ${plain(why)}`);
}
