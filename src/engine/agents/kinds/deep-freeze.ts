/**
 * Freezes a JSON value with all it holds, children first: what is found frozen was frozen whole, so
 * a value that is handed out again and again is walked once.
 */
export function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  for (const held of Object.values(value)) deepFreeze(held);
  Object.freeze(value);
}
