/** Writes `dist/`, what the package holds: compiled code with its types, and the files beside the code that are none. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

const COMMAND = "dist/cli/main.js";
const SHEBANG = "#!/usr/bin/env node\n";

process.chdir(join(import.meta.dirname, ".."));
rmSync("dist", { recursive: true, force: true });
compile();
globSync("src/**/*.*", { exclude: ["**/*.ts"] }).forEach(copy);
makeRunnable(COMMAND);

function compile(): void {
  const compiler = join("node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
}

function copy(path: string): void {
  const target = join("dist", relative("src", path));
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(path, target);
}

function makeRunnable(path: string): void {
  const text = readFileSync(path, "utf8");
  if (!text.startsWith("#!")) writeFileSync(path, SHEBANG + text);
  chmodSync(path, 0o755);
}
