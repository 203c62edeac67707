import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * Whether a shell can be run here: Debian's package, put in where it is missing and this user may. Where
 * it cannot, that is said loudly: the tests that need it did not run.
 */
export function hasShell(shell: "zsh" | "fish"): boolean {
  const program = `/usr/bin/${shell}`;
  if (existsSync(program)) return true;
  if (process.getuid?.() === 0) {
    try {
      execFileSync("apt-get", ["install", "-y", "--no-install-recommends", shell], {
        stdio: "ignore",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    } catch {
      // Said below.
    }
  }
  if (existsSync(program)) return true;
  console.error(
    `\n!!! ${program} is not here and cannot be installed: the tests of completion in ${shell} DID NOT RUN.\n!!! mend: apt-get install ${shell}\n`,
  );
  return false;
}
