import type { Json } from "../../json.ts";
import type { Place } from "../../problem.ts";
import type { Source } from "../reading/source.ts";
import { isMap } from "../steps/draft.ts";
import { sayDuration } from "../types/duration.ts";
import { type Layered, leavesOf } from "./overlay.ts";
import { RETRY_DEFAULT } from "./retry.ts";
import { settingBlocks } from "./setting-blocks.ts";
import { otherNames } from "./setting-keys.ts";
import { CONCURRENCY_DEFAULT } from "./settings.ts";
import { veiled } from "./veil.ts";

/** A setting as it holds, and whose word it is. */
export type Setting = {
  /** `execution_config.max_concurrency` */
  readonly key: string;
  readonly value: Json;
  readonly origin: "run" | "workflow" | "company" | "default";
  /** null: it stands in no file. */
  readonly where: Place | null;
};

/** Beside the blocks: what a workflow says at its head. */
const AT_HEAD = ["max_concurrency", "concurrency", "error_strategy"];

/** Every setting that somebody wrote, in the order of the blocks. */
export function settingsIn(source: Source, laidAt: Layered["laidAt"]): readonly Setting[] {
  const { value } = source;
  if (!isMap(value)) return [];
  return [...AT_HEAD, ...Object.keys(settingBlocks)].flatMap((block) => {
    const said = Object.hasOwn(value, block) ? value[block] : undefined;
    if (said === undefined) return [];
    return leavesOf(said, [block]).map(([path, leaf]): Setting => {
      const laid = laidAt(path);
      const key = path.join(".");
      if (laid !== null) return { key, value: leaf, origin: laid.origin, where: laid.where };
      return { key, value: leaf, origin: "workflow", where: source.placeOf(path, { key: true }) };
    });
  });
}

/** What holds where nobody says anything. */
const DEFAULTS: Readonly<Record<string, Json>> = {
  "execution_config.mode": "sequential",
  "execution_config.max_concurrency": CONCURRENCY_DEFAULT,
  "execution_config.retry_config.enabled": true,
  "execution_config.retry_config.max_attempts": RETRY_DEFAULT.attemptsMost,
  "execution_config.retry_config.backoff": RETRY_DEFAULT.backoff,
  "execution_config.retry_config.initial_delay": sayDuration(RETRY_DEFAULT.firstMs),
  "execution_config.retry_config.max_delay": sayDuration(RETRY_DEFAULT.mostMs),
  "execution_config.retry_config.jitter": RETRY_DEFAULT.jitter,
  "execution_config.fallback_config.enabled": true,
};

/** What was said, and what holds by default where nothing was, in the order of their names; without secrets. */
export function effectiveSettings(said: readonly Setting[]): readonly Setting[] {
  const names = new Set(said.map(({ key }) => key));
  const unsaid = Object.entries(DEFAULTS).filter(
    ([key]) => ![key, ...otherNames(key)].some((name) => names.has(name)),
  );
  const byDefault = unsaid.map(
    ([key, value]): Setting => ({ key, value, origin: "default", where: null }),
  );
  const shown = said.map((setting) => ({
    ...setting,
    value: veiled(setting.value, setting.key.slice(setting.key.lastIndexOf(".") + 1)),
  }));
  return [...shown, ...byDefault].sort((one, other) => (one.key < other.key ? -1 : 1));
}
