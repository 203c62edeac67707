/**
 * The environment of a process that is to inherit nothing of ours but where programs are, and where
 * Node keeps compiled code: each process of a test loads the same files (vitest.config.ts).
 */
export function bareEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = process.env["NODE_COMPILE_CACHE"];
  return {
    PATH: process.env["PATH"] ?? "",
    ...(kept === undefined ? {} : { NODE_COMPILE_CACHE: kept }),
    ...more,
  };
}
