import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parse } from "yaml";
import type { Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { ARTIFACT_BYTES_MOST } from "../engine/company/index.ts";
import { EXIT } from "./exit.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

/** `muster artifacts put FILE`: keeps its content, and prints the digest that names it from now on. */
export async function artifactsPut(
  context: Context,
  file: string,
  name: string | null,
): Promise<number> {
  const { surroundings, terminal } = context;
  const read = contentOf(resolve(surroundings.cwd, file));
  if ("code" in read) return refuse(context, [read]);
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const put = await company.putArtifact({
      value: read.value,
      name: name ?? basename(file),
      by: surroundings.person,
    });
    if (put.problems !== undefined) return refuse(context, put.problems);
    const { digest, bytes } = put;
    terminal.answer.line(terminal.json ? JSON.stringify({ digest, bytes }) : digest);
    return EXIT.done;
  });
}

/** As `--bind` reads a file: JSON and YAML by their ending, all else a text. */
function contentOf(path: string): { readonly value: Json } | Problem {
  const mend = `Give a text, or JSON or YAML by its ending, of ${ARTIFACT_BYTES_MOST} bytes at most.`;
  try {
    if (statSync(path).size > ARTIFACT_BYTES_MOST)
      return { code: "bad-input", message: `${path} is too large to be put.`, mend };
    const bytes = readFileSync(path);
    if (!isUtf8(bytes)) return { code: "bad-input", message: `${path} is no text.`, mend };
    const text = bytes.toString("utf8");
    if (!/\.(json|ya?ml)$/.test(path)) return { value: text };
    return { value: parse(text, { prettyErrors: false, logLevel: "error" }) as Json };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { code: "bad-input", message: `${path} cannot be read: ${why}`, mend };
  }
}
