import type { Problem } from "../core/problem.ts";
import type { Company } from "../engine/company/index.ts";
import type { Keys } from "./keys.ts";
import type { Stream, Terminal } from "./output/index.ts";

/** All that the command line takes from the process it runs in; a test gives its own. */
export type Surroundings = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The name decisions and signals are recorded under. */
  readonly person: string;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly now: () => number;
  readonly openCompany: OpenCompany;
  /** Calls once when the person, or whoever started this process, wants it to end; returns what takes the call back. */
  readonly onInterrupt: (call: () => void) => () => void;
  /** The keyboard of a person; null where nobody sits at one. Whoever opens it closes it. */
  readonly keys: () => Keys | null;
  /** Where the packs are that come with Muster. */
  readonly packs: string;
};

/**
 * @param options.perform takes up what was left unfinished and performs what is owed; false only
 *   looks, and another process may be at work
 * @param options.begin false: runs are told things, and nothing is begun in this process
 * @param options.memory true: the folder's log is left alone
 * @param options.trouble is told of what nobody waits for, such as a disk that refuses
 * @param options.line is told of each line that an agent writes for people
 * @param options.progress is told how far runs are, as often as their workflows say
 * @throws MusterError when the folder cannot be used: locked, read-only, no-folder, …
 */
export type OpenCompany = (
  folder: string,
  options: {
    readonly perform: boolean;
    readonly begin: boolean;
    readonly memory: boolean;
    readonly trouble: (problem: Problem) => void;
    readonly line: (line: { readonly agent: string; readonly text: string }) => void;
    readonly progress: (update: { readonly line: string }) => void;
  },
) => Promise<Company>;

/** What every verb is given beside its own arguments. */
export type Context = {
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  /** As given with `--folder`. */
  readonly folder: string | null;
};
