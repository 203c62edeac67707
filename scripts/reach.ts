/**
 * What the answer of a check rests on, file by file.
 *
 * A unit test that can reach nothing but what it imports rests on that, however far it goes. One
 * that can reach more (the disk, a process) rests on all that stands in the checkout. The lint of a
 * file rests on its text and on what the files that it imports declare, not on how they do it: each
 * export says its own type here (`isolatedDeclarations`).
 */
import { dirname, join } from "node:path";
import { isolatedDeclarationSync } from "rolldown/experimental";
import { digestOf, type Tree } from "./tree.ts";

/** Packages, and parts of Node, that reach nothing outside. */
const HARMLESS =
  /^(?:@marcbachmann\/cel-js|ajv|csv-parse|re2js|yaml|zod|fast-check|vitest|expect-type|node:(?:assert|async_hooks|buffer|crypto|events|path|perf_hooks|string_decoder|url|util))(?:\/|$)/;
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']/g;
/** Gone before it runs. */
const TYPES_ONLY = /\b(?:import|export)\s+type\s+[^;"']*?\bfrom\s*["'][^"']+["']/g;
/** Reaches what no import names. */
const OPEN = /\bimport\s*\(\s*[^"'\s]|\brequire\b|getBuiltinModule|import\.meta\.glob|\bfetch\s*\(/;

type Module = {
  readonly digest: string;
  readonly imports: readonly string[];
  readonly isOpen: boolean;
};
type Graph = (path: string) => Module;

/** @returns for each of these unit tests a name that another content of anything it rests on would change */
export function testKeys(
  tree: Tree,
  tests: readonly string[],
  set: readonly string[],
): Map<string, string> {
  const graph = remembered((path) => runsAs(tree, path));
  const common = [...reach(graph, set)];
  return new Map(
    tests.map((path) => {
      const modules = [...new Set([...reach(graph, [path]), ...common])];
      const isOpen = modules.some((one) => !common.includes(one) && graph(one).isOpen);
      const parts = modules.toSorted().map((one) => `${one} ${graph(one).digest}`);
      return [path, digestOf(["test", path, isOpen ? tree.whole : tree.ground, ...parts])];
    }),
  );
}

/** @returns the same for the lint of each of these files */
export function lintKeys(tree: Tree, paths: readonly string[]): Map<string, string> {
  const graph = remembered((path) => declares(tree, path));
  return new Map(
    paths.map((path) => {
      const text = tree.textOf(path);
      const reached = reach(graph, importsIn(tree, path, text).known);
      const parts = [...reached].toSorted().map((one) => `${one} ${graph(one).digest}`);
      return [path, digestOf(["lint", path, tree.ground, text, ...parts])];
    }),
  );
}

/** @returns the same for the format of each of these files, which rests on nothing else */
export function formatKeys(tree: Tree, paths: readonly string[]): Map<string, string> {
  return new Map(
    paths.map((path) => [
      path,
      digestOf(["format", path, tree.ground, tree.files.get(path) ?? ""]),
    ]),
  );
}

function runsAs(tree: Tree, path: string): Module {
  const text = tree.textOf(path).replaceAll(TYPES_ONLY, "");
  const { known, others } = importsIn(tree, path, text);
  const isOpen = OPEN.test(text) || others.some((name) => !HARMLESS.test(name));
  return { digest: tree.files.get(path) ?? "", imports: known, isOpen };
}

function declares(tree: Tree, path: string): Module {
  const text = tree.textOf(path);
  const told = path.endsWith(".ts") ? isolatedDeclarationSync(path, text) : null;
  const declared = told === null || told.errors.length > 0 ? text : told.code;
  return {
    digest: digestOf([declared]),
    imports: importsIn(tree, path, declared).known,
    isOpen: false,
  };
}

/** Files of the tree that a text imports, and the names of all else that it does. */
function importsIn(
  tree: Tree,
  path: string,
  text: string,
): { readonly known: readonly string[]; readonly others: readonly string[] } {
  const names = [...text.matchAll(IMPORT)].map(([, name = ""]) => name);
  const near = names.filter((name) => name.startsWith("."));
  const targets = near.map((name) => join(dirname(path), name).replaceAll("\\", "/"));
  return {
    known: targets.filter((target) => tree.files.has(target)),
    // A file that is not of the tree is anything.
    others: [
      ...names.filter((name) => !name.startsWith(".")),
      ...targets.filter((target) => !tree.files.has(target)).map((target) => `./${target}`),
    ],
  };
}

function reach(graph: Graph, from: readonly string[]): ReadonlySet<string> {
  const reached = new Set(from);
  // A set gives what is added while it is gone through.
  for (const path of reached) for (const next of graph(path).imports) reached.add(next);
  return reached;
}

function remembered(graph: Graph): Graph {
  const known = new Map<string, Module>();
  return (path) => {
    const found = known.get(path) ?? graph(path);
    known.set(path, found);
    return found;
  };
}
