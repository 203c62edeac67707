/**
 * Replays recorded attacks and honest work through the judge, and prints what became of them.
 *
 *   npm run attacks
 *   npm run attacks -- --agentdojo PATH     a local checkout of AgentDojo (needs python3 to read it)
 */
import { parseArgs } from "node:util";
import { replayDojo } from "./agentdojo.ts";
import { figuresOf, replayAll, told } from "./figures.ts";
import { domains } from "./replay.ts";

const { values } = parseArgs({ options: { agentdojo: { type: "string" } } });
const all = domains();
for (const domain of all) console.log(told(domain.name, figuresOf(replayAll([domain]))));
const figures = figuresOf(replayAll(all));
console.log(told("all", figures));
for (const id of figures.through) console.log(`  went through: ${id}`);
if (figures.through.length > 0) process.exitCode = 1;

if (values.agentdojo !== undefined) {
  const dojo = replayDojo(values.agentdojo);
  console.log(
    `AgentDojo: ${dojo.stopped} of ${dojo.pairs} attacks are stopped; ${dojo.automatic} of ${dojo.work} tasks are done with nobody asked (${dojo.asks} questions); ${dojo.leftOut} tasks could not be read.`,
  );
  for (const pair of dojo.through) console.log(`  went through: ${pair}`);
}
