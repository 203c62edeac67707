import type { z } from "zod";
import { closed, type Keys, word } from "./closed-shape.ts";
import { companyBudgetShape } from "./company-budget.ts";
import { settingBlocks } from "./setting-blocks.ts";
import { musterShape } from "./workflow-shape.ts";
import type { MapSource, SettingsSource } from "./workflow-source.ts";

export const mapKeys: Keys<MapSource> = {
  muster: musterShape,
  company: word("a name").describe("The company's name, for people."),
  defaults: closed<SettingsSource>(settingBlocks).describe(
    "Settings for all workflows of the company, in the same blocks as theirs; a workflow's own go before them.",
  ),
  budget: companyBudgetShape.describe(
    "What all runs of the company may use together; checked in the commit that begins an attempt.",
  ),
};

export const mapShape: z.ZodType<MapSource> = closed<MapSource>(mapKeys, ["muster"]);
