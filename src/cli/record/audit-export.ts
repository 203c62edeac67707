import { resolve } from "node:path";
import { EXIT } from "../exit.ts";
import { count } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

export type ExportFlags = {
  readonly output: string;
  readonly from?: string;
  readonly to?: string;
  readonly case?: string;
  readonly sealed?: boolean;
};

/** `muster audit export -o DIR`: what an auditor needs, in a folder that verifies offline. */
export async function auditExport(context: Context, flags: ExportFlags): Promise<number> {
  const { cwd, person: by } = context.surroundings;
  return await withCompany(context, { perform: true }, async (company) => {
    const exported = await company.exportAudit({
      folder: resolve(cwd, flags.output),
      by,
      opens: flags.sealed !== true,
      ...(flags.from === undefined ? {} : { from: flags.from }),
      ...(flags.to === undefined ? {} : { to: flags.to }),
      ...(flags.case === undefined ? {} : { of: flags.case }),
    });
    if (exported.problems !== undefined) return refuse(context, exported.problems);
    const { answer, side, json } = context.terminal;
    const { folder, events, size } = exported.bundle;
    answer.line(json ? JSON.stringify(exported.bundle) : folder);
    const verify = /\.t(ar\.)?gz$/.test(folder)
      ? "Unpack it, and verify it there"
      : "Verify it there";
    if (!json) side.line(`${count(events, "event")} of ${size}. ${verify}: node verify.mjs`);
    return EXIT.done;
  });
}
