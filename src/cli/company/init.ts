import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { refusal } from "../../engine/refusal.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { isCompany } from "../folder.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { FIRST_RUN, NEW_COMPANY } from "./new-company.ts";

/** `muster init [DIR]`: a small company that works, where there is none yet. What stands there already is left as it is. */
export async function init(context: Context, dir?: string): Promise<number> {
  const { cwd } = context.surroundings;
  const folder = resolve(cwd, dir ?? context.folder ?? ".");
  const files = Object.keys(NEW_COMPANY).map((path) => join(folder, path));
  const there = isCompany(folder) ? folder : files.find((file) => existsSync(file));
  if (there !== undefined) {
    const what = there === folder ? "is a company" : "is there";
    const message = `${there} ${what} already; nothing was written.`;
    return refuse(context, [{ code: "conflict", message, mend: MEND }]);
  }
  write(folder);
  const { answer, side, json } = context.terminal;
  if (json) answer.line(JSON.stringify({ folder, files }));
  else {
    for (const file of files) answer.line(relative(cwd, file));
    side.line(`See it work: ${commandIn(context, folder)(FIRST_RUN)}`);
  }
  return EXIT.done;
}

const MEND = "Name another folder: muster init DIR.";

/** All of it or nothing. @throws MusterError where the disk refuses */
function write(folder: string): void {
  const made: string[] = [];
  try {
    for (const [path, text] of Object.entries(NEW_COMPANY)) {
      const file = join(folder, path);
      const above = mkdirSync(dirname(file), { recursive: true });
      if (above !== undefined) made.push(above);
      writeFileSync(file, text, { flag: "wx" });
      made.push(file);
    }
  } catch (error) {
    for (const each of made) rmSync(each, { recursive: true, force: true });
    throw refusal(error, `A company could not be written into ${folder}`);
  }
}
