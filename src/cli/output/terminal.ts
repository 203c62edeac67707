import { styleText } from "node:util";

/** Where a verb writes: stdout is the answer and nothing else, stderr all the rest. */
export type Terminal = {
  readonly answer: Channel;
  readonly side: Channel;
  /** The answer is JSON, and so is an error. */
  readonly json: boolean;
};

export type Channel = {
  /** Writes a line. */
  readonly line: (text: string) => void;
  readonly paint: Paint;
  /** A person looks at it: it may be redrawn in place. */
  readonly isLive: boolean;
  readonly columns: number;
  readonly rows: number;
};

export type Style = "bold" | "dim" | "blue" | "magenta" | "yellow" | "red" | "green";
export type Paint = (style: Style, text: string) => string;

/** The part of a process's stream that is used here. */
export type Stream = {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
};

const PIPE_COLUMNS = 120;
const TERMINAL_ROWS = 24;

export function openTerminal(
  streams: { readonly stdout: Stream; readonly stderr: Stream },
  env: Readonly<Record<string, string | undefined>>,
  json: boolean,
): Terminal {
  return { answer: channel(streams.stdout, env), side: channel(streams.stderr, env), json };
}

function channel(stream: Stream, env: Readonly<Record<string, string | undefined>>): Channel {
  const coloured = hasColour(stream, env);
  return {
    line: (text) => void stream.write(`${text}\n`),
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    isLive: stream.isTTY === true && env["TERM"] !== "dumb",
    columns: stream.columns ?? PIPE_COLUMNS,
    rows: stream.rows ?? TERMINAL_ROWS,
  };
}

/** NO_COLOR beats FORCE_COLOR beats what the stream is. @see https://no-color.org */
function hasColour(stream: Stream, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env["NO_COLOR"]) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}
