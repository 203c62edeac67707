"use strict";
/**
 * Sets a fresh clone up: installs what the lock file names, and nothing when that is there already.
 * Plain CommonJS without dependencies, because it runs before anything is installed, on Node 18 or
 * later. The Node that runs Muster itself comes with the install (node_modules/.bin/node).
 *
 * With `--dev`, what the tests need is installed too; such an install serves `npm start` as well.
 */
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { spawnSync } = require("node:child_process");

const NODE_LEAST = 24;
const LOCK_WAIT_MOST_MS = 600_000;
const LOCK_POLL_MS = 250;

const root = path.resolve(__dirname, "..");
const modules = path.join(root, "node_modules");
const stampFile = path.join(modules, ".muster-installed");
const lockFile = path.join(root, ".bootstrap.lock");
const windows = process.platform === "win32";

const wantsDev = process.argv.includes("--dev");
const wanted = digestOfDependencies();

if (!isInstalled()) {
  takeLock();
  if (!isInstalled()) install();
}
checkNode();

/** Of what decides the install: the lock file and the dependency fields, so that an edited script installs nothing. */
function digestOfDependencies() {
  const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(
    fs.readFileSync(path.join(root, "package.json"), "utf8"),
  );
  return crypto
    .createHash("sha256")
    .update(JSON.stringify([dependencies, devDependencies, optionalDependencies, overrides]))
    .update(fs.readFileSync(path.join(root, "package-lock.json")))
    .update(`${process.platform}-${process.arch}`)
    .digest("hex");
}

/** The stamp is `<digest> dev` or `<digest> prod`. It lies in node_modules, so a failed install leaves none. */
function isInstalled() {
  // A link belongs to whoever keeps the folder it leads to.
  if (fs.lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return true;
  const [digest, extent] = readStamp();
  return digest === wanted && (extent === "dev" || !wantsDev);
}

function readStamp() {
  try {
    return fs.readFileSync(stampFile, "utf8").split(" ");
  } catch {
    return [];
  }
}

function install() {
  const begun = Date.now();
  // What had the tools of a developer keeps them when the dependencies change.
  const dev = wantsDev || readStamp()[1] === "dev";
  say("first start, or the dependencies have changed: installing (npm ci), about half a minute …");
  const args = ["ci", "--include=optional", dev ? "--include=dev" : "--omit=dev"];
  const { status, error } = npm([...args, "--no-audit", "--no-fund"]);
  if (status !== 0) {
    stop(
      `npm ci did not end well${error ? ` (${error.message})` : ""}`,
      "read the lines above; check the network and `npm config get registry`; then run the same command again",
    );
  }
  fs.writeFileSync(stampFile, `${wanted} ${dev ? "dev" : "prod"}`);
  say(`installed in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}

/** Standard output belongs to the command that follows, so npm writes to standard error. */
function npm(args) {
  const options = {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, npm_config_loglevel: "error" },
  };
  const started = process.env.npm_execpath;
  if (started && /\.c?js$/.test(started)) {
    return spawnSync(process.execPath, [started, ...args], options);
  }
  return spawnSync(windows ? "npm.cmd" : "npm", args, { ...options, shell: windows });
}

/** One set-up at a time: a second shell waits for the first. A lock whose process is gone does not count. */
function takeLock() {
  const begun = Date.now();
  // While npm runs nothing else does; with these, Ctrl-C ends npm first and then comes back here.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => {});
  for (;;) {
    try {
      fs.writeFileSync(lockFile, String(process.pid), { flag: "wx" });
      process.on("exit", () => fs.rmSync(lockFile, { force: true }));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") {
        stop(
          `cannot write ${lockFile} (${error.code})`,
          "make the folder writable, then try again",
        );
      }
    }
    const holder = lockHolder();
    if (holder === null) fs.rmSync(lockFile, { force: true });
    else if (Date.now() - begun > LOCK_WAIT_MOST_MS) {
      stop(`another set-up (process ${holder}) still runs`, `wait for it, or delete ${lockFile}`);
    } else pause(LOCK_POLL_MS);
  }
}

/** The number of the living process that holds the lock; null when there is none. */
function lockHolder() {
  try {
    const holder = Number(fs.readFileSync(lockFile, "utf8")) || process.ppid;
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    return error.code === "EPERM" ? "of another user" : null;
  }
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** npm scripts find node_modules/.bin/node first; where no such package exists, the Node at hand must do. */
function checkNode() {
  const local = path.join(modules, ".bin", windows ? "node.cmd" : "node");
  if (fs.existsSync(local) || Number(process.versions.node.split(".")[0]) >= NODE_LEAST) return;
  stop(
    `Muster needs Node ${NODE_LEAST} or later; this is ${process.version}, and npm has none for ${process.platform}-${process.arch}`,
    `install Node ${NODE_LEAST}, then run the same command again`,
  );
}

function say(line) {
  process.stderr.write(`muster: ${line}\n`);
}

function stop(what, mend) {
  process.stderr.write(`muster: ${what}\n  mend: ${mend}\n`);
  process.exit(1);
}
