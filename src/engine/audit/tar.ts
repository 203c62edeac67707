import { once } from "node:events";
import { createReadStream, createWriteStream, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { createGzip, type Gzip } from "node:zlib";
import { MusterError } from "../../core/problem.ts";

const BLOCK_BYTES = 512;
const NAME_BYTES_MOST = 100;
/** Eleven octal digits say a file's size. */
const FILE_BYTES_MOST: number = 8 ** 11 - 1;

/**
 * Packs files of a folder into one `.tar.gz`, below a name. On disk when it resolves.
 *
 * @throws MusterError "limit" for a file that the format has no room for; what the disk refuses
 * @see "ustar Interchange Format" in POSIX.1-2017, pax
 */
export async function packFolder(
  folder: string,
  {
    files,
    below,
    into,
  }: { readonly files: readonly string[]; readonly below: string; readonly into: string },
): Promise<void> {
  const gzip = createGzip();
  const written = finished(
    gzip.pipe(createWriteStream(into, { flags: "wx", mode: 0o600, flush: true })),
  );
  const put = async (bytes: Uint8Array): Promise<void> => {
    if (!gzip.write(bytes)) await Promise.race([once(gzip, "drain"), written]);
  };
  try {
    for (const name of files) {
      const path = join(folder, name);
      const stat = statSync(path);
      await put(headerOf(`${below}/${name}`, stat));
      for await (const part of createReadStream(path)) await put(part as Uint8Array);
      await put(Buffer.alloc((BLOCK_BYTES - (stat.size % BLOCK_BYTES)) % BLOCK_BYTES));
    }
    await put(Buffer.alloc(2 * BLOCK_BYTES));
    gzip.end();
    await written;
  } catch (error) {
    abandon(gzip, written);
    throw error;
  }
}

function abandon(gzip: Gzip, written: Promise<void>): void {
  written.catch(() => undefined);
  gzip.destroy();
}

function headerOf(name: string, { size, mtimeMs }: Stats): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES_MOST || size > FILE_BYTES_MOST) throw noRoom(name);
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, digits: number): string =>
    `${Math.floor(value).toString(8).padStart(digits, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o600, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(mtimeMs / 1000, 11), 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${octal(sum, 6)} `, 148);
  return header;
}

function noRoom(name: string): MusterError {
  return new MusterError({
    code: "limit",
    message: `${name} has no room in a .tar.gz: its name is longer than ${NAME_BYTES_MOST} bytes, or it is larger than 8 GiB.`,
    mend: "Write the bundle into a folder: -o DIR.",
  });
}
