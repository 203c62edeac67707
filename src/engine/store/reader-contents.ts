import type { Digest } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import type { Artifacts } from "../artifacts/index.ts";
import { refusal } from "../refusal.ts";
import type { Keyring } from "../sealing/index.ts";
import type { Ask, Reader } from "./reader.ts";
import { sha256 } from "./writing/decision.ts";
import { ERASED_CONTENT, openText } from "./writing/sealed.ts";

/** Contents by their digests: checked, and those of a subject opened. */
export function readContents(
  ask: Ask,
  { artifacts, keys }: { readonly artifacts: Artifacts; readonly keys: Keyring },
): Pick<Reader, "content" | "kept"> {
  const kept = (digest: Digest): string | null => {
    const [row] = ask<{ text: string | null; subject: string | null }>(CONTENT, digest);
    if (row === undefined) return null;
    const { text, subject } = row;
    if (subject !== null) return text ?? readArtifact(artifacts, digest, { isSealed: true });
    return text === null ? readArtifact(artifacts, digest) : unchanged(digest, text);
  };
  return {
    kept,
    content(digest) {
      const text = kept(digest);
      return text === null ? null : (openText(text, digest, keys) ?? ERASED_CONTENT);
    },
  };
}

function readArtifact(
  artifacts: Artifacts,
  digest: Digest,
  how: { readonly isSealed: boolean } = { isSealed: false },
): string {
  try {
    return artifacts.read(digest, how);
  } catch (error) {
    throw refusal(error, `The content ${digest} could not be read`);
  }
}

/** @throws MusterError "corrupt" where it is not what its name says */
function unchanged(digest: Digest, text: string): string {
  if (`sha256:${sha256(text)}` === digest) return text;
  throw new MusterError({
    code: "corrupt",
    message: `The content ${digest} is not what was written.`,
    mend: "Restore the folder .muster from a backup.",
  });
}

const CONTENT = "select text, subject from contents where digest = ?";
