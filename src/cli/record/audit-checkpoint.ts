import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** `muster audit checkpoint`: signs what the log holds now, and gives the note to whoever keeps it. */
export async function auditCheckpoint(context: Context): Promise<number> {
  return await withCompany(context, { perform: true }, async (company) => {
    const signed = await company.sign();
    if (signed.problems !== undefined) return refuse(context, signed.problems);
    const { answer, json } = context.terminal;
    answer.line(json ? JSON.stringify(signed) : signed.note.trimEnd());
    return EXIT.done;
  });
}

/** `muster audit rotate-key`: another key signs from here on. */
export async function auditRotateKey(context: Context, why: string): Promise<number> {
  return await withCompany(context, { perform: true }, async (company) => {
    const made = await company.rotateKey({ why, by: context.surroundings.person });
    if ("problems" in made) return refuse(context, made.problems);
    const { answer, json } = context.terminal;
    answer.line(json ? JSON.stringify(made) : made.key);
    return EXIT.done;
  });
}
