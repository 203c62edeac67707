/** Opens the shop's company, brings in the tasks it is told, says yes to what it is asked, and ends when all are done. */
import { writeSync } from "node:fs";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { Problem } from "../../src/core/problem.ts";
import type { Company } from "../../src/engine/company/index.ts";
import { openCompany } from "../../src/index.ts";

const [folder = "", told = "[]"] = process.argv.slice(2);
process.chdir(folder);
const company = await openCompany(folder, {
  trouble: ({ message }) => void writeSync(2, `${message}\n`),
});
const tasks = JSON.parse(told) as readonly (readonly [task: string, user: string])[];
for (const [task, user] of tasks) {
  const made = await company.request({
    requester: "jo",
    channel: "desk",
    text: `Task ${task} of ${user}`,
    about: { task, customer: `${task}:${user}` },
    type: "serve",
    requestId: `task ${task}`,
  });
  if (made.case === null) throw new Error(JSON.stringify(made.problems));
}
writeSync(1, "told\n");
for (;;) {
  const cases = company.cases({ most: 1_000 });
  if (cases.length >= tasks.length && cases.every(({ status }) => status === "closed")) break;
  for (const { stream, endedAt } of company.runs({ most: 1_000 }))
    if (endedAt === null) await sayYes(company, stream as unknown as RunId);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
writeSync(1, "done\n");
await company.close();

/** On what each open gate shows. */
async function sayYes(to: Company, run: RunId): Promise<void> {
  const open = new Map<number, Gate>();
  for await (const { seq, type, data } of to.events(run)) {
    if (type === "gate.opened") open.set(seq, data["gate"] as unknown as Gate);
    if (type === "gate.closed") open.delete(Number(data["key"]));
  }
  for (const [key, { digest, terms }] of open)
    refused(
      await to.send(
        run,
        { type: "vote", key, digest, allow: true, reason: "", presented: terms.presented },
        { by: "ana" },
      ),
    );
}

type Gate = { readonly digest: Digest; readonly terms: { readonly presented: Digest } };

function refused(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
}
