import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Erased } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { count } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

export type EraseFlags = {
  readonly why: string;
  readonly by?: string;
  readonly also?: readonly string[];
};

/** `muster audit erase SUBJECT`: what is kept of a person is open to nobody any more. */
export async function auditErase(
  context: Context,
  subject: string,
  { why, by = context.surroundings.person, also = [] }: EraseFlags,
): Promise<number> {
  return await withCompany(context, { perform: true }, async (company) => {
    const copies = also.map((folder) => resolve(context.surroundings.cwd, folder));
    const erased = await company.erase({ subject, why, by, also: copies });
    if (erased.problems !== undefined) return refuse(context, erased.problems);
    const code = tell(context, erased);
    if (!context.terminal.json && also.length === 0)
      context.terminal.side.line(
        "A copy of keys.sqlite that was made before still opens it: name its folder, --also DIR.",
      );
    return code;
  });
}

/** `muster audit erase-listed FILE`: in a copy from before, those are erased whom the list names. */
export async function auditEraseListed(context: Context, list: string): Promise<number> {
  const { cwd, person: by } = context.surroundings;
  let text: string;
  try {
    text = readFileSync(resolve(cwd, list), "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The list ${list} cannot be read: ${why}`;
    const mend = "Give the path of erasures.jsonl, or of a list in a folder outside.";
    return refuse(context, [{ code: "not-found", message, mend }]);
  }
  return await withCompany(context, { perform: true }, async (company) => {
    const erased = await company.eraseListed({ file: list, text, by });
    return erased.problems === undefined ? tell(context, erased) : refuse(context, erased.problems);
  });
}

type Done = Exclude<Erased, { readonly subjects?: never }>;

function tell(context: Context, erased: Done): number {
  const { answer, side, json } = context.terminal;
  const { subjects, streams, contents, files, copies = {}, warnings = [] } = erased;
  if (json) answer.line(JSON.stringify(erased));
  else {
    for (const subject of subjects) answer.line(subject);
    side.line(
      `Erased in ${count(streams, "stream")}, with ${count(contents, "content")} and the papers of ${count(files, "run")}. The record verifies as before.`,
    );
    for (const [folder, keys] of Object.entries(copies))
      side.line(`${count(keys, "key")} destroyed in ${folder}.`);
  }
  return warnings.length > 0 ? refuse(context, warnings) : EXIT.done;
}

/** `muster audit hold SUBJECT`: what is kept of a person stays, until it is let go of. */
export async function auditHold(
  context: Context,
  subject: string,
  { why, release = false }: { readonly why?: string; readonly release?: boolean },
): Promise<number> {
  if ((why === undefined) !== release)
    return refuse(context, [
      {
        code: "bad-input",
        message: "A hold says why, or that it is released.",
        mend: "Write --why WHY, or --release.",
      },
    ]);
  return await withCompany(context, { perform: true }, async (company) => {
    const { person: by } = context.surroundings;
    const problems = await company.hold({ subject, why: why ?? null, by });
    return problems.length > 0 ? refuse(context, problems) : EXIT.done;
  });
}
