/** What stands in the checkout, by content: by this it is known whether a check was passed before. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

export type Tree = {
  /** Path to digest of each file that git tracks, or would. */
  readonly files: ReadonlyMap<string, string>;
  readonly textOf: (path: string) => string;
  /** The digest of what every answer rests on: the tools, their settings, Node, the environment. */
  readonly ground: string;
  /** The digest of all of it. */
  readonly whole: string;
};

const FILES_MOST = 100_000;
const LIST_BYTES_MOST = 16 * 1024 * 1024;
/** The settings of all tools stand at the root; this script and the lock file are ground, too. */
const GROUND = /^(?:[^/]+\.(?:json|ts|cjs|mjs)|\.npmrc|scripts\/.*)$/;
const ENVIRONMENT = /^(?:MUSTER_.*|NODE_OPTIONS|TZ|LANG|LC_.*)$/;

export function readTree(): Tree {
  const contents = new Map(pathsOf().map((path) => [path, readFileSync(path)]));
  const files = new Map([...contents].map(([path, bytes]) => [path, digestOf([bytes])]));
  return treeOf(files, (path) => contents.get(path)?.toString() ?? "", surroundings());
}

export function treeOf(
  files: ReadonlyMap<string, string>,
  textOf: (path: string) => string,
  around: readonly string[],
): Tree {
  const paths = [...files.keys()].toSorted();
  const told = (path: string): string => `${path} ${files.get(path)}`;
  return {
    files,
    textOf,
    ground: digestOf([...around, ...paths.filter((path) => GROUND.test(path)).map(told)]),
    whole: digestOf([...around, ...paths.map(told)]),
  };
}

export function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\n");
  return hash.digest("base64url");
}

function pathsOf(): readonly string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { maxBuffer: LIST_BYTES_MOST },
  );
  const paths = listed
    .toString()
    .split("\0")
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  if (paths.length > FILES_MOST) throw new Error(`There are more than ${FILES_MOST} files here.`);
  return paths;
}

function surroundings(): readonly string[] {
  const said = Object.keys(process.env).filter((name) => ENVIRONMENT.test(name));
  return [
    `${process.version} ${process.platform} ${process.arch}`,
    ...said.toSorted().map((name) => `${name}=${process.env[name]}`),
  ];
}
