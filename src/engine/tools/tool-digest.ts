import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { canonical } from "../../core/audit/index.ts";
import { type Digest, parseDigest } from "../../core/id.ts";
import type { Json } from "../../core/json.ts";
import type { System, Tool } from "../../core/map/index.ts";

/** Of a tool's definition, and of the text it rests on besides. */
export function digestOfTool(tool: Tool, text: string): Digest {
  return digestOfText(text === "" ? tool.digest : `${tool.digest}\n${text}`);
}

/** The files that say what the tools of a system do: its module, its document, its program. What they import is not followed. */
export function beside({ settings }: System, folder: string): string {
  const { module, openapi, command } = settings;
  const words = Array.isArray(command) ? command : [command];
  const files = [module, openapi, ...words.filter((word) => /^\.{1,2}\//.test(String(word)))];
  return files
    .flatMap((file) => (typeof file === "string" ? textOf(resolve(folder, file)) : []))
    .join("\n");
}

function textOf(file: string): string {
  try {
    return digestOfText(readFileSync(file, "utf8"));
  } catch {
    return `${file} cannot be read`;
  }
}

export function digestOfJson(value: Json): Digest {
  return digestOfText(canonical(value));
}

function digestOfText(text: string): Digest {
  const digest = parseDigest(`sha256:${hash("sha256", text)}`);
  if (digest === null) throw new Error("A SHA-256 of 64 digits is a digest.");
  return digest;
}
