import type { z } from "zod";
import {
  anything,
  closed,
  type Keys,
  listOf,
  named,
  truth,
  whole,
  word,
} from "../reading/closed-shape.ts";
import { musterShape } from "../workflow-shape.ts";
import type { MapSource, SettingsSource } from "../workflow-source.ts";
import { auditShape } from "./audit-shape.ts";
import { companyBudgetShape } from "./company-budget.ts";
import { keepingShape } from "./keeping.ts";
import { settingBlocks } from "./setting-blocks.ts";

/** Of one process; a crash repeats at most so many. */
export const IN_FLIGHT_MOST = 1_024;

/** Read and checked by core/map. */
const work = anything();

export const mapKeys: Keys<MapSource> = {
  muster: musterShape,
  company: word("a name").describe("The company's name, for people."),
  defaults: closed<SettingsSource>(settingBlocks).describe(
    "Settings for all workflows of the company, in the same blocks as theirs; a workflow's own go before them.",
  ),
  budget: companyBudgetShape.describe(
    "What all runs of the company may use together; checked in the commit that begins an attempt.",
  ),
  channels: named(anything(), "a map of names to channels").describe(
    "Ways to people, by name: what channels.yaml may hold too. Where it does, that goes before.",
  ),
  recipients: named(
    listOf(word("an address"), "a list of addresses"),
    "a map of names to lists of addresses",
  ).describe("Names that stand for addresses of e-mail."),
  concurrency: closed<NonNullable<MapSource["concurrency"]>>({
    most: whole(1, IN_FLIGHT_MOST).describe(
      "Attempts in flight at once, of all runs together. Default 1024.",
    ),
    adaptive: truth().describe(
      "true: it falls while what is due comes late, and rises again; each change is an event.",
    ),
  }).describe("How much is done at once, over all runs."),
  retention: keepingShape.describe("How long ended runs are kept; without it, for good."),
  audit: auditShape.describe("How the record of what was done is kept."),
  systems: work,
  tools: work,
  agents: work,
  requests: work,
  rules: work,
  approvals: work,
  intake: work,
  facts: work,
  exceptions: work,
  publishing: work,
};

export const mapShape: z.ZodType<MapSource> = closed<MapSource>(mapKeys, ["muster"]);
