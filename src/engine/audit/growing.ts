/** Bytes that come one after another. */
export type Growing = { readonly add: (bytes: Uint8Array) => void; readonly all: () => Uint8Array };

export function newGrowing(): Growing {
  let buffer = Buffer.alloc(32 * 1024);
  let size = 0;
  return {
    add(bytes) {
      if (size + bytes.length > buffer.length) {
        const larger = Buffer.alloc(buffer.length * 2);
        larger.set(buffer);
        buffer = larger;
      }
      buffer.set(bytes, size);
      size += bytes.length;
    },
    all: () => buffer.subarray(0, size),
  };
}
