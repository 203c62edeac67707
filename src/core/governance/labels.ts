import type { System, Tool } from "../map/index.ts";
import { type Labels, NO_LABELS } from "./judgement.ts";

/** What rests on both: everything that either rests on. */
export function joinLabels(one: Labels, other: Labels): Labels {
  if (other === NO_LABELS || one === other) return one;
  if (one === NO_LABELS) return other;
  return {
    untrusted: joined(one.untrusted, other.untrusted),
    personal: joined(one.personal, other.personal),
  };
}

/** Where what a tool gives comes from: where its call came from, and what its definition says of it. */
export function labelsOfResult(
  {
    tool,
    system,
    subject,
  }: { readonly tool: Tool; readonly system: System; readonly subject: string },
  of: Labels,
): Labels {
  const isUntrusted = tool.isUntrusted || system.isUntrusted;
  return joinLabels(of, {
    untrusted: isUntrusted ? [`${system.name}: ${tool.name}`] : [],
    personal: tool.personal.length > 0 ? [subject] : [],
  });
}

function joined(one: readonly string[], other: readonly string[]): readonly string[] {
  return other.every((place) => one.includes(place)) ? one : [...new Set([...one, ...other])];
}
