import type { Problem } from "../problem.ts";

/** What is signed of a log: that at some time it had so many events, and what they were. */
export type Signed = {
  /** Which log: "muster/local/1f6b…"; also the name of its keys. */
  readonly origin: string;
  readonly size: number;
  /** Of the Merkle tree of its first `size` events, in base64. */
  readonly root: string;
  /** ISO 8601, UTC. */
  readonly at: string;
};

export type Note = Signed & {
  /** The text that is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

/** `signature`: in base64, behind the four bytes that name the key. */
export type NoteSignature = { readonly name: string; readonly signature: string };

/**
 * The text of a checkpoint, as others who witness logs read it.
 * @see C2SP tlog-checkpoint
 */
export function noteText({ origin, size, root, at }: Signed): string {
  return `${origin}\n${size}\n${root}\nat ${at}\n`;
}

/** A note with its signature. @see C2SP signed-note */
export function signedNote(text: string, { name, signature }: NoteSignature): string {
  return `${text}\n— ${name} ${signature}\n`;
}

/** A file holds at most so many notes; M7. */
export const NOTES_MOST = 1_000_000;

/**
 * The notes of a file, one behind another. What was cut off at its end while it was written is left out.
 * @param file as people name it
 */
export function readNotes(text: string, file: string): readonly Note[] | Problem {
  const lines = text.split("\n");
  const notes: Note[] = [];
  let from = 0;
  while (from < lines.length && notes.length < NOTES_MOST) {
    if (lines[from] === "") {
      from += 1;
      continue;
    }
    const blank = lines.indexOf("", from);
    let to = blank + 1;
    while (blank >= 0 && lines[to]?.startsWith("— ") === true && to < lines.length - 1) to += 1;
    if (blank < 0 || to === blank + 1) {
      if (notes.length > 0 && lines.slice(from).every((line) => !line.startsWith("— "))) break;
      return notANote(file, from + 1);
    }
    const note = noteIn(lines.slice(from, blank), lines.slice(blank + 1, to));
    if (note === null) return notANote(file, from + 1);
    notes.push(note);
    from = to;
  }
  return notes.length > 0 ? notes : notANote(file, 1);
}

function noteIn(lines: readonly string[], signed: readonly string[]): Note | null {
  const [origin = "", count = "", root = "", ...more] = lines;
  if (origin === "" || !COUNT.test(count) || !ROOT.test(root)) return null;
  const at = more.find((line) => line.startsWith("at "))?.slice("at ".length) ?? "";
  const signatures = signed.map((line) => SIGNED.exec(line)?.groups as NoteSignature | undefined);
  if (!signatures.every((one) => one !== undefined)) return null;
  return { origin, size: Number(count), root, at, text: `${lines.join("\n")}\n`, signatures };
}

const COUNT = /^\d{1,15}$/;
const ROOT = /^[A-Za-z0-9+/]{43}=$/;
const SIGNED = /^— (?<name>\S+) (?<signature>[A-Za-z0-9+/=]+)$/;

function notANote(file: string, line: number): Problem {
  return {
    code: "bad-input",
    message: `${file}:${line}:1 is no checkpoint of a log: its origin, its size, its root and a signature.`,
    mend: "Give a file that this company's checkpoints were written to.",
  };
}
