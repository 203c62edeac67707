import type { Governing, MapProposed, MapVersion } from "../../../core/company/index.ts";
import type { WhichQuestion } from "../../../core/map-picture/index.ts";
import type { Problem } from "../../../core/problem.ts";
import type { MapAsked, MapDrawn } from "./draw-map.ts";
import type { GovernedNow } from "./governed.ts";
import type { MapCompared, WhichMap } from "./map-verbs.ts";
import type { MapPublished } from "./maps.ts";
import type { RulesListed, RulesReplayed } from "./rules-verbs.ts";
import type { ToolListed, ToolShown, ToolTried, ToolTrying } from "./tool-verbs.ts";

/** The verbs of the map: its versions, its tools and rules, and what is allowed by it now. */
export interface CompanyMap {
  /**
   * Stops what was allowed from being begun (all, an agent, a tool) and lets it go on; lets another
   * decide in one's place for a time; says what came of looking at a broken glass.
   */
  govern(told: Governing & { readonly by?: string }): Promise<readonly Problem[]>;
  /** What is stopped, who decides in whose place, and what is to be looked at afterwards. */
  governed(): Promise<GovernedNow>;
  /**
   * Makes the map's files as they are now the version in force: runs that begin from then on go by it.
   * The same files again are the version that they are. Where the map in force says who may publish, others are
   * refused; where it wants several, the files are in force when the last of them has published the same.
   */
  publishMap(told: { readonly why: string; readonly by?: string }): Promise<MapPublished>;
  /** What waits for others to publish the same files; null: nothing. */
  mapProposed(): Promise<MapProposed | null>;
  /** Versions of the map that were published, oldest first; the last is in force. */
  mapVersions(): Promise<readonly MapVersion[]>;
  /** What is another in one version of the map than in another; unsaid, in the files than in the version in force. */
  mapDifferences(from?: WhichMap, to?: WhichMap): Promise<MapCompared>;
  /**
   * The map as a picture and as a document; unsaid, of the files as they are now.
   *
   * @param options.count true: the systems are asked how many records each tool could reach
   */
  drawMap(which?: WhichMap, options?: { readonly count?: boolean }): Promise<MapDrawn>;
  /** Who may use a tool and what asks whom, for each agent and type of request, by the map alone. */
  whichMay(question: WhichQuestion, which?: WhichMap): Promise<MapAsked>;
  /** The tools of the map as its files are now, and who may use them. */
  tools(): Promise<{
    readonly tools: readonly ToolListed[];
    readonly problems: readonly Problem[];
  }>;
  /** All of one tool, with how its system is; null: the map has none of this name. */
  tool(name: string): Promise<ToolShown | null>;
  /** What would come of a call by the map in force, and why: it is looked at and judged, and not done. */
  tryTool(trying: ToolTrying): Promise<ToolTried>;
  /** Rules and tables as the map's files have them, with what came of the examples beside each rule. */
  rules(): Promise<RulesListed>;
  /**
   * Judges the calls of tools that stand in the log by the map as its files are: which of them would be
   * decided otherwise. Nothing is told to anybody.
   *
   * @param since milliseconds since 1970; runs that were archived are not looked at
   */
  replayRules(wanted?: { readonly since?: number }): Promise<RulesReplayed>;
}
