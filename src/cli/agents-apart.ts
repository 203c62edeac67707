import { Console } from "node:console";

/** The streams and the end of this process, which are Muster's alone. */
export type Own = {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly exit: (code?: number) => never;
};

/**
 * Takes from the code of agents, which runs in this process, what is Muster's. Standard output is the answer and
 * nothing else: whatever is written there from now on comes to standard error. And `process.exit` throws where it is
 * called: an agent that ended the process would do so again each time that its run goes on, and the verb would seem
 * to be done.
 */
export function keepAgentsApart(): Own {
  const { stdout, stderr } = process;
  const exit = process.exit.bind(process);
  Object.assign(console, new Console(stderr, stderr));
  Object.defineProperty(process, "stdout", { configurable: true, get: () => stderr });
  Object.defineProperty(process, "exit", { configurable: true, value: refuseToExit });
  return { stdout, stderr, exit };
}

function refuseToExit(code?: number | string | null): never {
  const called = `process.exit(${code ?? ""})`;
  const error = new Error(
    `${called} would end Muster and all that runs in it. Answer instead, or write isolate: true.`,
  );
  Error.captureStackTrace(error, refuseToExit);
  throw error;
}
