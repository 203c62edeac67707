import { parseArgs } from "node:util";
import { type Campaign, type Result, SIZE, seek, simulate } from "./campaign.ts";
import { PLANTS } from "./plants.ts";

/** npm run simulate -- --worlds 10000 --seed 1 [--size 12] [--only each] [--minutes 5] [--shell machine] [--plant NAME] */
const { values } = parseArgs({
  options: {
    worlds: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    size: { type: "string", default: String(SIZE) },
    only: { type: "string" },
    minutes: { type: "string" },
    shell: { type: "string", default: "runtime" },
    plant: { type: "string" },
  },
});

/** Worlds in which a planted fault must be found. */
const PLANT_WORLDS_MOST = 2_000;

process.exitCode = await (values.plant === undefined ? campaign() : plants(values.plant));

async function campaign(): Promise<number> {
  const shell = values.shell === "machine" ? "machine" : "runtime";
  const asked: Campaign = {
    worlds: Number(values.worlds),
    seed: Number(values.seed),
    size: Number(values.size),
    only: values.only ?? null,
    minutes: values.minutes === undefined ? null : Number(values.minutes),
    shell,
  };
  const began = performance.now();
  const result = await simulate(asked);
  for (const { promise, what, seed, size, times } of result.found) {
    console.log(`Broken: ${promise}, in ${times} worlds. ${what.slice(0, 2_000)}`);
    const only = asked.only === null ? "" : ` --only ${asked.only}`;
    const by = shell === "runtime" ? "" : ` --shell ${shell}`;
    console.log(`  npm run simulate -- --worlds 1 --seed ${seed} --size ${size}${only}${by}\n`);
  }
  console.log(closing(result, (performance.now() - began) / 1_000));
  return result.found.length === 0 ? 0 : 1;
}

function closing({ worlds, events, runs, counts, found }: Result, seconds: number): string {
  const of = (name: string, what: string): string => `${counts[name] ?? 0} ${what}`;
  const happened = [
    of("commits", "commits"),
    of("refusedCommits", "refused"),
    of("crashes", "crashes"),
    of("failed", "failures"),
    of("lost", "answers lost"),
    of("doubled", "doubled"),
    of("late", "late"),
    of("jumps", "clock jumps"),
    of("meddled", "controls"),
    of("votes", "votes"),
    of("exceptions", "exceptions"),
    of("forked", "forks"),
  ];
  const rate = Math.round(worlds / seconds);
  return `${worlds} worlds (${rate} a second), ${runs} runs, ${events} events, ${happened.join(", ")}: ${found.length} promises broken`;
}

/** One planted fault, or all of them: each must be found. */
async function plants(name: string): Promise<number> {
  const names = name === "all" ? Object.keys(PLANTS) : [name];
  let missed = 0;
  for (const one of names) {
    const found = await seek(one, PLANT_WORLDS_MOST);
    if (found === null) missed++;
    const said =
      found === null
        ? `NOT FOUND in ${PLANT_WORLDS_MOST} worlds`
        : `seed ${found.seed}: ${found.what.slice(0, 160)}`;
    console.log(`${one} (${PLANTS[one]?.promise ?? ""}): ${said}`);
  }
  console.log(`${names.length} planted faults, ${missed} not found`);
  return missed === 0 ? 0 : 1;
}
