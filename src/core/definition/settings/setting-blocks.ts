import type { z } from "zod";
import type { SettingsSource } from "../workflow-source.ts";
import { errorHandlingShape, errorTypesShape } from "./error-shape.ts";
import {
  executionConfigShape,
  monitoringConfigShape,
  monitoringShape,
  resourceConfigShape,
  resourceLimitsShape,
} from "./settings-shape.ts";

/** The blocks of settings: they stand in a workflow, and as defaults in a company's map. */
export const settingBlocks: {
  readonly [Block in keyof SettingsSource]-?: z.ZodType<Exclude<SettingsSource[Block], undefined>>;
} = {
  execution_config: executionConfigShape.describe("How the run is executed."),
  error_handling: errorHandlingShape.describe(
    "Retry, fallback, strategies and escalation of steps that do not say it themselves.",
  ),
  error_types: errorTypesShape,
  resource_limits: resourceLimitsShape.describe("The limits of the whole run."),
  resource_config: resourceConfigShape.describe("Limits by resource."),
  monitoring: monitoringShape.describe("Who is told of what happens to its runs, in short."),
  monitoring_config: monitoringConfigShape.describe(
    "Who is told of what happens to its runs, how often, and whether they are counted.",
  ),
};
