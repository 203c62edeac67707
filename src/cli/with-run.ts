import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseRunId, type RunId } from "../core/id.ts";
import { type Company, openArchived } from "../engine/company/index.ts";
import { looksLikeFile } from "./folder.ts";
import { runNamed } from "./runs/run-name.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

type Verb = (company: Company, run: RunId) => Promise<number>;
type About = { readonly name: string; readonly perform: boolean; readonly begin?: boolean };

/** Opens the company's folder for a verb about one run. @returns the exit code */
export async function withRun(context: Context, told: About, verb: Verb): Promise<number> {
  const { name, ...how } = told;
  return await withCompany(context, how, async (company) => {
    const run = runNamed(company, name);
    return typeof run === "string" ? await verb(company, run) : refuse(context, [run]);
  });
}

/** The same for a verb that only looks: the run may have been archived, and may be named by its file. */
export async function withRunOrFile(context: Context, told: About, verb: Verb): Promise<number> {
  const file = resolve(context.surroundings.cwd, told.name);
  if (looksLikeArchive(told.name) || (looksLikeFile(told.name) && existsSync(file)))
    return await withArchive(context, file, verb);
  const { name, ...how } = told;
  return await withCompany(context, how, async (company) => {
    const run = runNamed(company, name);
    if (typeof run === "string") return await verb(company, run);
    const id = parseRunId(name);
    const archive = id === null ? null : company.archiveOf(id);
    return archive === null ? refuse(context, [run]) : await withArchive(context, archive, verb);
  });
}

function looksLikeArchive(name: string): boolean {
  return name.endsWith(".gz");
}

async function withArchive(context: Context, file: string, verb: Verb): Promise<number> {
  await using company = await openArchived(file, context.surroundings.now);
  const [standing] = company.runs();
  return await verb(company, standing?.stream as RunId);
}
