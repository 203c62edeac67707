import type { Span } from "../calendar/index.ts";
import type { Digest } from "../id.ts";
import type { Problem } from "../problem.ts";
import type { Delegation } from "./chain.ts";

/** What only the outside knows of people and time, as it is now. */
export type ApprovalFacts = {
  readonly at: number;
  readonly by: string;
  /** Who is meant by the name of a person, a team or a role; nobody: nobody is called so. */
  readonly people: (name: string) => readonly string[];
  /** Who stands above somebody; null: nobody, as far as is known. */
  readonly manager: (person: string) => string | null;
  readonly delegations: readonly Delegation[];
  /** The moment that comes so much later; working time where the span says so. */
  readonly after: (at: number, span: Span) => number;
  readonly digest: (text: string) => Digest;
  /** Why a text is no condition that can be worked out here; null: it is one. Absent: there is no map. */
  readonly condition?: (text: string) => Problem | null;
};
