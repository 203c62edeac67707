import { type ChildProcess, spawn } from "node:child_process";

/**
 * Ends commands when this process is ended without a word (`kill -9`). It is a small process of its
 * own that is told which are running and holds a pipe to us: when the pipe closes, it ends the
 * groups of those that are left. Begun when the first command is, and only where there is `/bin/sh`.
 *
 * What it cannot do: find what left the group of its command. That is left to the next opening of
 * the company (see scratch.ts).
 */
export type Warden = {
  begun(pid: number): void;
  ended(pid: number): void;
  close(): void;
};

/** Its pipe closed: SIGTERM to every group it was told of and that has not ended, then SIGKILL. */
const SCRIPT = `
trap '' INT TERM HUP
held=""
while read -r verb pid; do
  rest=""
  for one in $held; do [ "$one" = "$pid" ] || rest="$rest $one"; done
  held="$rest"
  [ "$verb" = begun ] && held="$held $pid"
done
[ -z "$held" ] && exit 0
for one in $held; do kill -s TERM -- "-$one"; done
sleep 2
for one in $held; do kill -s KILL -- "-$one"; done
`;

export function openWarden(): Warden {
  let warden: ChildProcess | null = null;
  let isClosed = false;
  const tell = (line: string): void => {
    if (isClosed || process.platform === "win32") return;
    warden ??= start();
    warden.stdin?.write(line);
  };
  return {
    begun: (pid) => tell(`begun ${pid}\n`),
    ended: (pid) => {
      if (warden !== null) tell(`ended ${pid}\n`);
    },
    close: () => {
      isClosed = true;
      warden?.stdin?.end();
    },
  };
}

function start(): ChildProcess {
  const warden = spawn("/bin/sh", ["-c", SCRIPT, "muster-warden"], {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a warden, or when it was ended, commands run all the same.
  warden.on("error", () => {});
  warden.stdin.on("error", () => {});
  warden.unref();
  if ("unref" in warden.stdin && typeof warden.stdin.unref === "function") warden.stdin.unref();
  return warden;
}
