import { join } from "node:path";
import type { FileValue } from "../../core/file-value.ts";
import type { Digest } from "../../core/id.ts";
import { openWarden, type Warden } from "../outside/index.ts";
import type { ClassOf } from "./failed.ts";

/** What agents are opened with. */
export type Setting = {
  /** The company's folder, absolute: what an agent's definition names is relative to it. */
  readonly folder: string;
  /** Where commands get their fresh folders. */
  readonly scratch: string;
  readonly classOf: ClassOf;
  /** Our own environment: of it an agent gets what its definition names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly warden: Warden;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Files of the company; null: there are none, as where agents are opened alone. */
  readonly files: FileDesk | null;
  /** Who is meant by the name of a person, a team or a role; empty is: nobody knows. */
  readonly people: (name: string) => readonly string[];
};

/** Keeps files and hands them out. */
export type FileDesk = {
  readonly keep: (
    what: { readonly path: string } | { readonly bytes: Uint8Array },
    as: { readonly name: string; readonly by: string },
  ) => Promise<FileValue>;
  /** @throws MusterError "corrupt" where its bytes are not what its digest says, or not there */
  readonly copy: (digest: Digest, to: string) => Promise<void>;
  readonly read: (digest: Digest) => Promise<Uint8Array>;
  readonly has: (digest: Digest) => boolean;
};

export type SettingOptions = {
  readonly files?: FileDesk;
  /** `.muster/scratch` in the company's folder unless given. */
  readonly scratch?: string;
  /** The built-in table of failure kinds; without it every kind is transient. */
  readonly classOf?: ClassOf;
  /** `process.env` unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `Date.now` unless given. */
  readonly now?: () => number;
  readonly people?: (name: string) => readonly string[];
};

export function settingOf(folder: string, options: SettingOptions = {}): Setting {
  return {
    folder,
    scratch: options.scratch ?? join(folder, ".muster", "scratch"),
    classOf: options.classOf ?? (() => null),
    environment: options.environment ?? process.env,
    warden: openWarden(),
    now: options.now ?? Date.now,
    files: options.files ?? null,
    people: options.people ?? (() => []),
  };
}
