import { EXIT } from "./exit.ts";
import { count } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

/** `muster audit erase SUBJECT`: what is kept of a person is open to nobody any more. */
export async function auditErase(
  context: Context,
  subject: string,
  { why, by = context.surroundings.person }: { readonly why: string; readonly by?: string },
): Promise<number> {
  return await withCompany(context, { perform: true }, async (company) => {
    const erased = await company.erase({ subject, why, by });
    if (erased.problems !== undefined) return refuse(context, erased.problems);
    const { answer, side, json } = context.terminal;
    answer.line(json ? JSON.stringify(erased) : erased.subjects.join("\n"));
    if (json) return EXIT.done;
    const { streams, contents, files } = erased;
    side.line(
      `Erased in ${count(streams, "stream")}, with ${count(contents, "content")} and the papers of ${count(files, "run")}. The record verifies as before.`,
    );
    side.line("A copy of keys.sqlite that was made before still opens it: destroy that, too.");
    return EXIT.done;
  });
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
    const problems = await company.hold({ subject, why: why ?? null });
    return problems.length > 0 ? refuse(context, problems) : EXIT.done;
  });
}
