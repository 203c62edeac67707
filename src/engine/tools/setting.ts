import type { Table } from "../../core/rules/index.ts";
import type { Warden } from "../outside/index.ts";

/** What systems are opened with. */
export type ToolSetting = {
  /** The company's folder, absolute: what a system names is relative to it. */
  readonly folder: string;
  /** Where commands get their fresh folders. */
  readonly scratch: string;
  /** Our own: `$env.NAME` of a system's settings is read there, and nowhere else. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends commands when this process is ended without a word. */
  readonly warden: Warden;
  /** The map's decision tables, by name. */
  readonly tables: Readonly<Record<string, Table>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};
