/** Starts a run for each order, allows what is asked, many at once, and says which votes were kept. */
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openCompany, type RunId, type Told } from "../../../src/index.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const company = await openCompany(folder);
const runs = await Promise.all(
  Array.from({ length: Number(count) }, async (_, n) => {
    const start = await company.run("serve", { n }, { requestId: `request-${n}`, by: "ana" });
    if (start.run === null) throw new Error(JSON.stringify(start.problems));
    writeSync(1, `accepted ${start.run} ${n}\n`);
    return start.run;
  }),
);

async function decide(run: RunId): Promise<void> {
  const waiting = (await company.waiting(run)) ?? [];
  const key = waiting.find(({ kind }) => kind === "gate")?.key ?? 0;
  for await (const { seq, data } of company.events(run)) {
    if (seq !== key) continue;
    const { digest, terms } = data["gate"] as { digest: string; terms?: { presented: string } };
    const told = { type: "vote", key, digest, presented: terms?.presented, allow: true };
    const whole = { ...told, reason: "ok", together: true } as unknown as Told;
    const problems = await company.send(run, whole, { by: "dana" });
    if (problems.length === 0) writeSync(1, `voted ${run} ${key}\n`);
  }
}

const isOpen = async (run: RunId): Promise<boolean> => {
  if (company.standing(run)?.endedAt !== null) return false;
  return !((await company.waiting(run)) ?? []).some(({ kind }) => kind === "exception");
};

for (let open: readonly RunId[] = runs; open.length > 0; ) {
  await sleep(20);
  await Promise.all(open.map(decide));
  const still = await Promise.all(open.map(isOpen));
  open = open.filter((_, at) => still[at]);
}
writeSync(1, "settled\n");
await company.close();
