/**
 * What a record holds under a name that came from outside. A name such as "toString" is one that every
 * object has: it is there only where somebody wrote it.
 */
export function ownOf<Value>(
  record: { readonly [name: string]: Value } | null | undefined,
  name: string,
): Value | undefined {
  return record !== null && record !== undefined && Object.hasOwn(record, name)
    ? record[name]
    : undefined;
}
