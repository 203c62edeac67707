import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileIn } from "../../core/file-value.ts";
import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import type { ArtifactGot, ArtifactName, Company } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { runNamed } from "../runs/run-name.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster artifacts get DIGEST|RUN/STEP[.output] [-o FILE]`: a text as it is, all else as JSON; a file with `-o`. */
export async function artifactsGet(
  context: Context,
  name: string,
  into: string | null,
): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const which = named(company, name);
    if ("code" in which) return refuse(context, [which]);
    const got = fileOf(company, company.artifact(which));
    if (got.problems !== undefined) return refuse(context, got.problems);
    const { digest, value } = got;
    const { terminal, surroundings } = context;
    if (into === null) {
      terminal.answer.line(terminal.json ? JSON.stringify({ digest, value }) : textOf(value));
      return EXIT.done;
    }
    const file = resolve(surroundings.cwd, into);
    if (got.isFile === true) {
      const problems = await company.saveFile(digest, file);
      if (problems.length > 0) return refuse(context, problems);
    } else {
      const problem = written(file, textOf(value));
      if (problem !== null) return refuse(context, [problem]);
    }
    terminal.answer.line(terminal.json ? JSON.stringify({ digest, file }) : file);
    return EXIT.done;
  });
}

/** A step's output that is a file is that file. */
function fileOf(company: Company, got: ArtifactGot): ArtifactGot {
  const file = fileIn(got.value);
  return file === null || got.problems !== undefined || got.isFile === true
    ? got
    : company.artifact({ digest: file.file });
}

/** A path of a step may have dots in it only before its last piece: an output's name comes after the last. */
function named(company: Company, name: string): ArtifactName | Problem {
  if (name.startsWith("sha256:")) return { digest: name };
  const [, first, step, output] = /^([^/]+)\/(.+?)(?:\.([^./]+))?$/.exec(name) ?? [];
  if (first === undefined || step === undefined)
    return {
      code: "bad-input",
      message: `"${name}" names no artifact.`,
      mend: "Write its digest, or RUN/STEP.output: last/step2.report. See: muster artifacts list",
    };
  const run = runNamed(company, first);
  if (typeof run !== "string") return run;
  return { run, step, ...(output === undefined ? {} : { output }) };
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** What is there already is not written over. */
function written(file: string, text: string): Problem | null {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      code: "conflict",
      message: `${file} cannot be written: ${why}`,
      mend: "Name a file that is not there yet, in a folder where you may write.",
    };
  }
}
