/**
 * What it takes to read a large map, in the processor's time: `node bench/reading.ts`. It grows with the map and
 * no faster; a doubled map that takes more than twice as long is a fault.
 */
import { readWorkMap } from "../src/core/map/index.ts";
import { digestOf } from "../src/engine/runtime/index.ts";

/** Tools and rules of each. */
const SIZES = [
  [125, 75],
  [250, 150],
  [500, 300],
  [1_000, 600],
] as const;
const TIMES = 5;
const SYSTEMS = 20;

function mapOf(tools: number, rules: number): string {
  const name = (at: number): string => `t${at % tools}.read`;
  const counted = (count: number, of: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => `  ${of(at)}`).join("\n");
  const ruleOf = (at: number): string => {
    const amount = `amount${(at % tools) % 40}`;
    const when = [
      `{ action.tool: ${name(at)}, args.${amount}: "> HKD ${at + 1}" }`,
      `{ case.tier: gold, args.note: n${at} }`,
      `'args.note == "n${at}" && case.tier != "vip"'`,
    ];
    return `r${at}: { when: ${when[at % 3]}, then: { approve: boss }, because: Number ${at}. }`;
  };
  return `muster: 1
systems:
${counted(SYSTEMS, (at) => `s${at}: { kind: sql, url: ./shop.sqlite }`)}
tools:
${counted(
  tools,
  (at) =>
    `${name(at)}: { system: s${at % SYSTEMS}, level: case, sql: "select id from orders where id = :order_id", args: { order_id: string, note: string, amount${at % 40}: { type: number, currency: HKD }, kind: { type: string, enum: [a, b] } }, scope: { order_id: case.order_id } }`,
)}
agents: { clerk: { may: { level: case, tools: [${Array.from({ length: tools }, (_, at) => name(at)).join(", ")}] } } }
requests: { look: { case: { order_id: request.order_id }, workflow: look, owner: ana } }
facts: { case: { tier: { type: string, enum: [gold, silver, vip] } }, request: { order_id: string } }
rules:
${counted(rules, ruleOf)}
approvals: { boss: { from: { role: manager }, due: 2h } }
exceptions: { owner: ana }
`;
}

function readOnce(text: string): number {
  const before = process.cpuUsage();
  const { problems } = readWorkMap([{ file: "map.yaml", text }], {
    digest: digestOf,
    agents: null,
    workflows: null,
  });
  const { user, system } = process.cpuUsage(before);
  const wrong = problems.find(({ severity }) => severity !== "warning");
  if (wrong !== undefined) throw new Error(wrong.message);
  return (user + system) / 1_000;
}

console.log("tools  rules  characters  first, ms  then, ms");
for (const [tools, rules] of SIZES) {
  const text = mapOf(tools, rules);
  const times = Array.from({ length: TIMES }, () => readOnce(text));
  const cells = [tools, rules, text.length, times[0] ?? 0, Math.min(...times)];
  const widths = [5, 7, 12, 11, 10];
  console.log(cells.map((cell, at) => String(Math.round(cell)).padStart(widths[at] ?? 0)).join(""));
}
