import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

type Drawing = { readonly out?: string; readonly of?: number; readonly count: boolean };

/** `muster map`: the document on stdout, or with the picture in a folder. */
export async function mapDraw(context: Context, { out, of, count }: Drawing): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const drawn = await company.drawMap(of ?? "files", { count });
    if (drawn.picture === null) return refuse(context, drawn.problems);
    const { answer, side, json } = context.terminal;
    const errors = drawn.problems.filter(({ severity }) => severity !== "warning").length;
    if (errors > 0 && !json)
      side.line(`${errors} of its problems are errors: muster map check says what.`);
    if (out !== undefined) {
      const folder = resolve(context.surroundings.cwd, out);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "map.md"), drawn.document);
      writeFileSync(join(folder, "map.svg"), drawn.svg);
      if (!json) side.line(`${join(out, "map.md")} and ${join(out, "map.svg")} are written.`);
    }
    if (json) {
      const { version, caption, picture, reach, countedAt } = drawn;
      answer.line(JSON.stringify({ version, caption, countedAt, reach, ...picture }));
    } else if (out === undefined) {
      for (const line of drawn.document.trimEnd().split("\n")) answer.line(line);
    }
    return EXIT.done;
  });
}
