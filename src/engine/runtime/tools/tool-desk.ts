import type { Digest } from "../../../core/id.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { Facts } from "../../../core/machine/index.ts";
import type { Toolbox, ToolOffered } from "../../tools/index.ts";

/** What a runtime needs so that agents can use tools: who judges, and who performs. */
export interface ToolDesk {
  readonly judge: NonNullable<Facts["judge"]>;
  readonly unmet?: NonNullable<Facts["unmet"]>;
  /** The tools of a version of the map, opened; null: there is no such version, and so no tool. */
  toolbox(map: Digest | null): Toolbox | null;
  /** What an agent may use at most by a version of the map, for a case or for none. */
  offered(map: Digest | null, to: Offering): readonly ToolOffered[];
  /** What a case is bound to; null: there is no case. */
  bindings(of: string | null): JsonObject | null;
}

export type Offering = { readonly agent: string; readonly case: string | null };
