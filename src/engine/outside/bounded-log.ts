/** What one piece of work may tell people. */
const LOG_LINES_MOST = 1_000;
const LOG_CHARACTERS_MOST = 2_000;

/** Passes on the first lines, each up to a length, and says once that there were more. */
export function boundedLog(log: (line: string) => void): (line: string) => void {
  let lines = 0;
  return (line) => {
    lines += 1;
    if (lines <= LOG_LINES_MOST) log(line.slice(0, LOG_CHARACTERS_MOST));
    else if (lines === LOG_LINES_MOST + 1)
      log(`More than ${LOG_LINES_MOST} lines; the rest is left out.`);
  };
}
