/** `verify.mjs` of a bundle: one file that needs Node and nothing else. It writes the canonical text of an event by itself. */
export const VERIFIER: string = String.raw`// Verifies this bundle offline: node verify.mjs; another, packed or in a folder: node verify.mjs BUNDLE
// What it says holds for the events in events.jsonl and for the checkpoints in checkpoints.txt. That the
// checkpoints are those of the company, a copy of them that you were given before tells: compare them.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const at = process.argv[2] ?? dirname(fileURLToPath(import.meta.url));
const packed = new Map();
if (/\.(tar\.gz|tgz)$/.test(at)) {
  const tar = gunzipSync(readFileSync(at));
  const text = (from, most) => tar.toString("utf8", from, from + most).replace(/\0.*$/s, "");
  for (let from = 0; from < tar.length && tar[from] !== 0; ) {
    const size = parseInt(text(from + 124, 12), 8);
    packed.set(text(from, 100).replace(/^[^/]*\//, ""), tar.subarray(from + 512, from + 512 + size));
    from += 512 + Math.ceil(size / 512) * 512;
  }
}
const read = (name) => packed.size === 0 ? readFileSync(join(at, name)) : packed.get(name) ?? Buffer.alloc(0);
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const wrong = [];
const bad = (kind, position, message) => wrong.push({ kind, position, message });

for (const [name, digest] of Object.entries(JSON.parse(read("manifest.json")).files))
  if (sha256(read(name)).toString("hex") !== digest) bad("modified", 0, name + " is not what the manifest says");

const leaves = read("leaves.bin");
const leaf = (index) => leaves.subarray(index * 32, index * 32 + 32);
const canonical = (value) => {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
  return "{" + Object.keys(value).sort().map((name) => JSON.stringify(name) + ":" + canonical(value[name])).join(",") + "}";
};

const ends = new Map();
const population = JSON.parse(read("population.json"));
let count = 0;
let [first, last] = [null, null];
for (const line of read("events.jsonl").toString("utf8").split("\n")) {
  if (line === "") continue;
  const { hash, position, ...event } = JSON.parse(line);
  count += 1;
  first = Math.min(first ?? position, position);
  last = Math.max(last ?? position, position);
  const own = sha256(Buffer.from([0]), Buffer.from(canonical(event)));
  if ("sha256:" + own.toString("hex") !== hash) bad("modified", position, event.id + " does not give its hash");
  else if (!own.equals(leaf(position - 1))) bad("rewritten", position, event.id + " is not the event that was signed at its position");
  const end = ends.get(event.stream);
  if (end !== undefined && end.seq + 1 === event.seq && end.hash !== event.prev) bad("modified", position, event.id + " does not follow the one before it");
  ends.set(event.stream, { seq: event.seq, hash });
}
if (count !== population.count || first !== population.first || last !== population.last)
  bad("missing", population.first ?? 0, "events.jsonl has " + count + " events, and the population " + population.count);

const nodes = [];
const roots = new Map();
const text = read("checkpoints.txt").toString("utf8");
const notes = [...text.matchAll(/^([^\n]+)\n(\d+)\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)\n((?:— [^\n]+\n)+)/gm)];
const sizes = new Set(notes.map((note) => Number(note[2])).concat(population.size));
for (let size = 0; size < leaves.length / 32; size += 1) {
  let node = leaf(size);
  for (let left = size; left % 2 === 1; left = (left - 1) / 2) node = sha256(Buffer.from([1]), nodes.pop(), node);
  nodes.push(node);
  if (sizes.has(size + 1))
    roots.set(size + 1, nodes.toReversed().reduce((root, next) => sha256(Buffer.from([1]), next, root)).toString("base64"));
}
if (population.size > 0 && roots.get(population.size) !== population.root) bad("rewritten", 0, "the leaves do not give the root of the population");

const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const keys = JSON.parse(read("keys.json"));
let held = 0;
for (const [, origin, size, root, more, signed] of notes) {
  const at = Number(size);
  if (roots.get(at) !== root) {
    bad(at > leaves.length / 32 ? "truncated" : "rewritten", at, "the checkpoint of " + size + " events is of another history");
    continue;
  }
  const body = Buffer.from(origin + "\n" + size + "\n" + root + "\n" + more);
  const isSigned = keys.some(({ key }) => {
    const raw = Buffer.from(key.slice(key.indexOf("+", origin.length + 1) + 1), "base64").subarray(1);
    const id = sha256(Buffer.from(origin + "\n"), Buffer.from([1]), raw).subarray(0, 4);
    return signed.trim().split("\n").some((line) => {
      const bytes = Buffer.from(line.split(" ")[2] ?? "", "base64");
      const publicKey = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });
      return bytes.subarray(0, 4).equals(id) && verify(null, body, publicKey, bytes.subarray(4));
    });
  });
  if (isSigned) held += 1;
  else bad("bad-signature", at, "the checkpoint of " + size + " events is signed by none of these keys");
}

for (const { kind, position, message } of wrong.slice(0, 100)) console.log(kind + " at position " + position + ": " + message);
console.log((wrong.length === 0 ? "Verified: " : "Not verified: ") + count + " events of " + population.size + ", " + held + " checkpoints.");
process.exitCode = wrong.length === 0 ? 0 : 1;
`;
