/**
 * Thousands of cases in each of which something is not as it should be: a definition, an agent's file,
 * params, agents' answers, signals. Each is to end in a clear problem or a correct run.
 *
 *   npm run fuzz -- --cases 5000 --seed 1        the cases 0 to 4999 of a seed
 *   npm run fuzz -- --seed 1 --only 1234         one of them again
 *   npm run fuzz -- --seed 1 --only 1234 --show  and what is in it
 *
 * The last line says how many; a case that fails prints the line that repeats it, and the script
 * ends with 1.
 */
import { inspect, parseArgs } from "node:util";
import { chanceOf } from "../simulation/chance.ts";
import { inventCase } from "./invent-case.ts";
import { playCases } from "./play-cases.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    show: { type: "boolean", default: false },
  },
});
const seed = numberOf("seed", values.seed);
const from = values.only === undefined ? 0 : numberOf("only", values.only);
const to = values.only === undefined ? numberOf("cases", values.cases) : from + 1;

if (values.show) {
  for (let number = from; number < to; number += 1)
    console.log(inspect(inventCase(chanceOf(`${seed}/${number}`)), { depth: 20 }));
}
const { ends, events, failed } = await playCases({ seed, from, to }, ({ number, complaints }) => {
  console.log(`case ${number} of seed ${seed}`);
  for (const complaint of complaints) console.log(`  ${complaint}`);
  console.log(`  again: npm run fuzz -- --seed ${seed} --only ${number}`);
});
const became = [...ends].map(([end, count]) => `${count} ${end}`).join(", ");
console.log(`${to - from} cases, ${events} events: ${became}; ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} wants a whole number from 0; here stands "${text}".`);
  process.exit(2);
}
