import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Note, NoteSignature } from "../../core/audit/index.ts";
import { MusterError } from "../../core/problem.ts";
import { KEYS_FOLDER, writeOnce } from "../sealing/index.ts";

/** The key that signs checkpoints of a log; only its owner may read the file it stands in. */
export type SigningKey = {
  /** What the log is called, and the key: "muster/local/1f6b2c3d". */
  readonly origin: string;
  /** What verifies what it signs, as others who check signed notes read it. */
  readonly verifier: string;
  readonly sign: (text: string) => NoteSignature;
};

const ED25519 = 1;
const FILE = /^signing-(\d{4})\.json$/;

/** The newest that was made; null where none was. @param state the state folder */
export function readSigningKey(state: string): SigningKey | null {
  const newest = filesIn(state).at(-1);
  if (newest === undefined) return null;
  const path = join(state, KEYS_FOLDER, newest);
  try {
    const { origin, pem } = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
    return keyOf(origin ?? "", createPrivateKey(pem ?? ""));
  } catch {
    throw new MusterError({
      code: "corrupt",
      message: `${path} is no key that signs.`,
      mend: "Put it back from where the keys of this company are kept, or move it away: another is made then.",
    });
  }
}

/**
 * Another key; what the log is called stays. It is on disk when it is given.
 *
 * @param called what the log says that it is called; absent: it was never signed
 */
export function makeSigningKey(state: string, tenant: string, called?: string): SigningKey {
  const origin =
    called ??
    readSigningKey(state)?.origin ??
    `muster/${slug(tenant)}/${randomBytes(4).toString("hex")}`;
  const number = Number(FILE.exec(filesIn(state).at(-1) ?? "")?.[1] ?? 0) + 1;
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  const name = `signing-${String(number).padStart(4, "0")}.json`;
  writeOnce(join(state, KEYS_FOLDER), name, `${JSON.stringify({ origin, pem })}\n`);
  return readSigningKey(state) ?? keyOf(origin, privateKey);
}

function filesIn(state: string): readonly string[] {
  try {
    return readdirSync(join(state, KEYS_FOLDER))
      .filter((name) => FILE.test(name))
      .toSorted();
  } catch {
    return [];
  }
}

function keyOf(origin: string, key: KeyObject): SigningKey {
  const raw = rawOf(createPublicKey(key));
  const id = keyId(origin, raw);
  return {
    origin,
    verifier: `${origin}+${id.toString("hex")}+${Buffer.concat([Buffer.from([ED25519]), raw]).toString("base64")}`,
    sign: (text) => ({
      name: origin,
      signature: Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString("base64"),
    }),
  };
}

/** The last 32 bytes of its DER form are the key. */
function rawOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" }).subarray(-32);
}

const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** The four bytes by which a signature names its key. */
function keyId(name: string, raw: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), raw]);
  return hash("sha256", named, "buffer").subarray(0, 4);
}

/** @returns the key that signed, or why none of these did: no signature of theirs, or one that does not hold */
export function signerOf(
  note: Note,
  verifiers: readonly string[],
): { readonly verifier: string } | { readonly why: "unknown" | "wrong" } {
  let isKnown = false;
  for (const verifier of verifiers) {
    const [name = "", , encoded = ""] = verifier.split("+");
    const raw = Buffer.from(
      verifier.slice(verifier.indexOf("+", name.length + 1) + 1) || encoded,
      "base64",
    ).subarray(1);
    if (raw.length !== 32) continue;
    const id = keyId(name, raw);
    for (const { name: by, signature } of note.signatures) {
      const bytes = Buffer.from(signature, "base64");
      if (by !== name || !bytes.subarray(0, 4).equals(id)) continue;
      isKnown = true;
      const key = createPublicKey({
        key: Buffer.concat([SPKI, raw]),
        format: "der",
        type: "spki",
      });
      if (verify(null, Buffer.from(note.text), key, bytes.subarray(4))) return { verifier };
    }
  }
  return { why: isKnown ? "wrong" : "unknown" };
}

function slug(tenant: string): string {
  return tenant.replaceAll(/[^A-Za-z0-9._-]/g, "-");
}
