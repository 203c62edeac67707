import { play } from "./play.ts";

const [from = 1, worlds = 100, size = 12] = process.argv.slice(2).map(Number);
const t = performance.now();
let events = 0,
  runs = 0;
const seen = new Map<string, { n: number; seed: number; what: string }>();
const counts: Record<string, number> = {};
for (let seed = from; seed < from + worlds; seed++) {
  let p;
  try {
    p = play({ seed, size, only: null });
  } catch (e) {
    p = {
      broken: [{ promise: "threw", what: String((e as Error).stack).slice(0, 600) }],
      events: 0,
      runs: 0,
      counts: {},
    } as any;
  }
  events += p.events;
  runs += p.runs;
  for (const k in p.counts) counts[k] = (counts[k] ?? 0) + p.counts[k];
  const once = new Set<string>();
  for (const b of p.broken) {
    const k =
      b.promise +
      " " +
      b.what
        .replace(/wf_\w+/g, "")
        .replace(/[\d]+/g, "#")
        .slice(0, 60);
    if (once.has(k)) continue;
    once.add(k);
    const s = seen.get(k);
    if (s) s.n++;
    else seen.set(k, { n: 1, seed, what: b.what });
  }
}
for (const [k, v] of [...seen].sort((a, b) => b[1].n - a[1].n).slice(0, 25))
  console.log(v.n, "seed", v.seed, k.split(" ")[0], v.what.slice(0, 700));
console.log(
  worlds,
  "worlds",
  events,
  "events",
  runs,
  "runs",
  JSON.stringify(counts),
  ((performance.now() - t) / worlds).toFixed(2),
  "ms each",
);
