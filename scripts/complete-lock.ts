/**
 * npm leaves a package for another platform out of the lock file, without a word, where the registry
 * does not have it; `npm ci` then refuses the whole file. This names the missing ones again, as their
 * parents ask for them. They have no digest until an install on a registry that has them adds it, and
 * npm does not fetch them on a platform they are not for. Run it after a change of dependencies.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Locked = {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** The words in packages' names, and what npm calls them. */
const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
];
const LIBRARIES: Readonly<Record<string, string>> = {
  gnu: "glibc",
  gnueabihf: "glibc",
  musl: "musl",
  musleabihf: "musl",
};

const path = join(import.meta.dirname, "..", "package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8")) as { packages: Record<string, Locked> };
const missing = Object.values(lock.packages).flatMap(missingOf);
for (const [name, entry] of missing) {
  lock.packages[name] = entry;
  console.log(`${name.replace("node_modules/", "")} ${entry.version}`);
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([one], [other]) => one.localeCompare(other, "en")),
);
if (missing.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${missing.length} added to package-lock.json`);

function missingOf(parent: Locked): readonly (readonly [string, Locked])[] {
  return Object.entries(parent.optionalDependencies ?? {})
    .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
    .map(([name, version]) => [`node_modules/${name}`, entryOf(name, version, parent)]);
}

function entryOf(name: string, version: string, parent: Locked): Locked {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const libc = Object.keys(LIBRARIES).filter((library) => words.includes(library));
  if (os.length !== 1 || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(
      `${name} ${version}: its name tells no platform, or its version is a range; add it to package-lock.json by hand`,
    );
  }
  return {
    version,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(parent.dev === true ? { dev: true } : {}),
    ...(libc.length > 0 ? { libc: libc.map((library) => LIBRARIES[library] ?? library) } : {}),
    license: parent.license ?? "unknown",
    optional: true,
    os,
  };
}
