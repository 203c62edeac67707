/** Marks a case that cannot be. A new member of a union stops the build where this is called. */
export function unreachable(value: never): never {
  throw new Error(`This case cannot be: ${JSON.stringify(value)}`);
}
