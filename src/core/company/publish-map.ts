import type { Digest } from "../id.ts";
import type { Problem } from "../problem.ts";
import type { CompanyBody, CompanyState } from "./company.ts";

/** Who may publish, by the map in force. */
export type PublishingRule = {
  /** As the map names them. */
  readonly roles: readonly string[];
  readonly may: (person: string) => boolean;
  /** So many people, each of whom may. */
  readonly approvals: number;
};

/** The same files, published by so many so far, and not in force yet. */
export type MapProposed = {
  readonly digest: Digest;
  /** In the order in which they did. */
  readonly by: readonly string[];
  readonly why: string;
  readonly at: number;
};

/**
 * What follows when a map is published; nothing where it is the one in force, or the same person has
 * published it already and others are waited for.
 *
 * @param rule null: anybody may
 */
export function publishMap(
  state: Pick<CompanyState, "maps" | "proposed" | "people">,
  { digest, why, by }: { readonly digest: Digest; readonly why: string; readonly by: string },
  rule: PublishingRule | null = null,
): CompanyBody | Problem | null {
  const last = state.maps.at(-1);
  if (last?.digest === digest) return null;
  const version = (last?.version ?? 0) + 1;
  const people = state.people === undefined ? {} : { people: state.people.digest };
  if (rule === null) return { type: "map.published", digest, version, why, ...people };
  if (!rule.may(by))
    return {
      code: "not-allowed",
      message: `"${by}" may not publish the map; ${rule.roles.join(", ")} may, as publishing says in the map in force.`,
      mend: "Ask one of them to publish it.",
    };
  const so = state.proposed?.digest === digest ? state.proposed.by : [];
  if (so.includes(by)) return null;
  if (so.length + 1 < rule.approvals) return { type: "map.proposed", digest, why };
  const others = so.length === 0 ? {} : { with: so };
  return { type: "map.published", digest, version, why, ...others, ...people };
}

/** Other files are another proposal, and what was waited for before is over. */
export function evolveProposed(
  proposed: MapProposed | undefined,
  event: {
    readonly digest: Digest;
    readonly why: string;
    readonly by: string;
    readonly at: number;
  },
): MapProposed {
  const { digest, why, by, at } = event;
  return proposed?.digest === digest
    ? { ...proposed, by: [...proposed.by, by] }
    : { digest, by: [by], why, at };
}

/** What follows when a company is opened with these people; nothing where they are those of before. */
export function changePeople(
  { people: last }: Pick<CompanyState, "people">,
  digest: Digest,
): CompanyBody | null {
  if (last?.digest === digest) return null;
  return { type: "people.changed", digest, version: (last?.version ?? 0) + 1 };
}
