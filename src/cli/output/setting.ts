import type { Setting } from "../../core/definition/index.ts";
import { plain } from "./text.ts";

const VALUE_COLUMNS_MOST = 60;

/** A line for each setting: its name and value, and whose it is and where it stands. */
export function settingLines(settings: readonly Setting[], withOrigin: boolean): readonly string[] {
  const wide = Math.max(0, ...settings.map(({ key }) => key.length));
  const values = settings.map(({ value }) => valueOf(value));
  const wideValue = Math.max(0, ...values.map((value) => value.length));
  return settings.map((setting, at) => {
    const value = values[at] ?? "";
    const said = `${plain(setting.key).padEnd(wide)}  ${value}`;
    return withOrigin ? `${said.padEnd(wide + 2 + wideValue)}  ${originOf(setting)}` : said;
  });
}

function originOf({ origin, where }: Setting): string {
  return where === null ? origin : `${origin}  ${where.file}:${where.line}`;
}

function valueOf(value: unknown): string {
  const text = typeof value === "string" ? plain(value) : JSON.stringify(value);
  return text.length > VALUE_COLUMNS_MOST ? `${text.slice(0, VALUE_COLUMNS_MOST - 1)}…` : text;
}
