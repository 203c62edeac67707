import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playCase } from "./play-case.ts";
const [seed = "1", from = "0", count = "10"] = process.argv.slice(2);
const folder = join(mkdtempSync(join(tmpdir(), "muster-fuzz-")), "c");
process.on("unhandledRejection", (e) => console.log("UNHANDLED", e));
process.on("uncaughtException", (e) => console.log("UNCAUGHT", (e as Error)?.stack ?? e));
const ends: Record<string, number> = {};
const seen = new Map<string, [number, string, string]>();
const t = performance.now();
for (let n = Number(from); n < Number(from) + Number(count); n++) {
  let complaints: readonly string[]; let end = "threw";
  const tt = performance.now();
  try { ({ complaints, end } = await playCase(`${seed}/${n}`, folder)); } catch (e) { complaints = ["threw " + String((e as Error)?.stack ?? e).slice(0, 700)]; }
  if (performance.now() - tt > 3000) console.log("SLOW", n, performance.now() - tt);
  ends[end] = (ends[end] ?? 0) + 1;
  for (const c of complaints) { const k = c.replace(/wf_\w+/g, "").replace(/"[^"]*"/g, '""').replace(/\d+/g, "#").slice(0, 70); const s = seen.get(k); if (s) s[0]++; else seen.set(k, [1, String(n), c]); }
}
for (const [, [n, at, c]] of [...seen].sort((a, b) => b[1][0] - a[1][0]).slice(0, 40)) console.log(n, "case", at, c.slice(0, 500));
console.log(ends, ((performance.now() - t) / Number(count)).toFixed(1), "ms each");
