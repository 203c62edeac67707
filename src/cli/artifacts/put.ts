import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parse } from "yaml";
import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { ARTIFACT_BYTES_MOST, type ArtifactPut, type FilePut } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { whyUnread } from "../unread.ts";
import { refuse, withCompany } from "../with-company.ts";

/**
 * `muster artifacts put FILE`: keeps its content, and prints the digest that names it from now on. A text,
 * JSON or YAML is kept as a value; all else, what is large and what is wanted so, as the file that it is.
 */
export async function artifactsPut(
  context: Context,
  file: string,
  { name = basename(file), asFile = false }: { readonly name?: string; readonly asFile?: boolean },
): Promise<number> {
  const { surroundings, terminal } = context;
  const path = resolve(surroundings.cwd, file);
  const by = surroundings.person;
  const read = asFile ? null : contentOf(path);
  if (read !== null && "code" in read) return refuse(context, [read]);
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const put =
      read === null
        ? putOf(await company.putFile({ path, name, by }))
        : await company.putArtifact({ value: read.value, name, by });
    if (put.problems !== undefined) return refuse(context, put.problems);
    const { digest, bytes } = put;
    terminal.answer.line(terminal.json ? JSON.stringify({ digest, bytes }) : digest);
    return EXIT.done;
  });
}

function putOf(put: FilePut): ArtifactPut {
  if (put.problems !== undefined) return put;
  return { digest: put.file.file, bytes: put.file.bytes };
}

/** As `--bind` reads a file: JSON and YAML by their ending, all else a text. null: it is none, or too large for a value. */
function contentOf(path: string): { readonly value: Json } | Problem | null {
  const mend = "Check the path; what is no JSON or YAML is put as it is with --file.";
  try {
    if (statSync(path).size > ARTIFACT_BYTES_MOST) return null;
    const bytes = readFileSync(path);
    if (!isUtf8(bytes)) return null;
    const text = bytes.toString("utf8");
    if (!/\.(json|ya?ml)$/.test(path)) return { value: text };
    return { value: parse(text, { prettyErrors: false, logLevel: "error" }) as Json };
  } catch (error) {
    const why = whyUnread(error);
    return { code: "bad-input", message: `${path} cannot be read: ${why}`, mend };
  }
}
