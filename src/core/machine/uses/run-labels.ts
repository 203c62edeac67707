import type { Labels } from "../../governance/index.ts";

export const NOTHING_LABELLED: Labels = { untrusted: [], personal: [] };

/** So many places and so many subjects are named; the rest is "others". */
export const LABELS_MOST = 200;
const OTHERS = "others";

/** Labels only grow. The same object where nothing is new. */
export function labelled(labels: Labels, more: Labels | undefined): Labels {
  if (more === undefined) return labels;
  const untrusted = joined(labels.untrusted, more.untrusted);
  const personal = joined(labels.personal, more.personal);
  if (untrusted === labels.untrusted && personal === labels.personal) return labels;
  return { untrusted, personal };
}

export function isLabelled({ untrusted, personal }: Labels): boolean {
  return untrusted.length > 0 || personal.length > 0;
}

function joined(known: readonly string[], more: readonly string[]): readonly string[] {
  const fresh = [...new Set(more)].filter((one) => !known.includes(one));
  if (fresh.length === 0) return known;
  const room = LABELS_MOST - 1 - known.length;
  if (fresh.length <= room) return [...known, ...fresh];
  const named = [...known, ...fresh.slice(0, Math.max(0, room))];
  return named.includes(OTHERS) ? named : [...named, OTHERS];
}
