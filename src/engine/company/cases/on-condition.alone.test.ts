import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFiles } from "../../../../test/given/folder.ts";
import { askedIn, LETTER_DESK } from "../../../../test/given/letter-desk.ts";
import { gatesOf } from "../../../core/history/index.ts";
import type { CaseId, RunId } from "../../../core/id.ts";
import type { Told } from "../../../core/machine/index.ts";
import { type Company, caseAtRest, openCompany } from "../index.ts";
import { readHistory } from "../runs/read-history.ts";

const FILES: Readonly<Record<string, string>> = {
  ...LETTER_DESK,
  "map.yaml": `${LETTER_DESK["map.yaml"]}requests:
  broken: { case: { order_id: request.order_id }, workflow: serve, owner: wing }
  unpaid: { case: { order_id: request.order_id }, workflow: pay, owner: wing }
intake: { desk: staff }
`,
  "workflows/serve.yaml": `name: serve
parameters: { order_id: string }
steps:
  - { id: serve, tool: letter.hang, as: support, inputs: { order: $params.order_id, text: Sorry. } }
`,
  "workflows/pay.yaml": `name: pay
parameters: { order_id: string }
steps:
  - { id: pay, agent: bank, inputs: { order: $params.order_id }, approve: desk }
`,
  "agents/bank.yaml": "kind: function\nmodule: ./bank.js\neffects: idempotent\n",
  "bank.js": `export const attempt = () => ({ outputs: { paid: 1 } });\n`,
};

let folder = "";
let company: Company;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-condition-"));
  writeFiles(folder, FILES);
  company = await openCompany(folder);
});
afterEach(async () => {
  await company.close();
  rmSync(folder, { recursive: true, force: true });
});

async function asked(type: string): Promise<{ readonly id: CaseId; readonly run: RunId }> {
  const given = { requester: "rita", channel: "desk", text: "It is broken.", type };
  const { case: id } = await company.request({ ...given, about: { order_id: "7" } });
  if (id === null) throw new Error("Nothing was taken in.");
  const [run] = (await caseAtRest(company, id))?.runs ?? [];
  if (run === undefined) throw new Error("Nothing was begun.");
  return { id, run: run.run };
}

async function allowedWhen(run: RunId, when: string): Promise<readonly string[]> {
  const { actions: _one, ...of } = await askedIn(company, run);
  const vote: Told = { type: "vote", ...of, allow: true, reason: "", when };
  return (await company.send(run, vote, { by: "dana" })).map(({ message }) => message);
}

test.each([
  ["the use of a tool", "broken"],
  ["a step", "unpaid"],
])(
  "M8 %s that was allowed on a condition is begun when its case knows what was wanted, and not before",
  async (_what, type) => {
    const { id, run } = await asked(type);
    expect(await allowedWhen(run, "case.photo ==")).toHaveLength(1);
    expect(await allowedWhen(run, "has(case.photo)")).toEqual([]);
    await company.settled(run);
    const [waiting] = (await company.waiting(run)) ?? [];
    expect(waiting).toMatchObject({ kind: "exception" });
    expect(waiting?.what).toContain("does not hold yet: has(case.photo)");
    await company.tellCase(id, { type: "fact", name: "size", value: 4, why: "" }, { by: "rita" });
    expect((await company.settled(run)).status).toBe("waiting");
    expect(existsSync(join(folder, "desk", "7.txt"))).toBe(false);
    await company.close();

    company = await openCompany(folder);
    const photo = { type: "fact", name: "photo", value: "p.jpg", why: "By mail." } as const;
    expect(await company.tellCase(id, photo, { by: "rita" })).toEqual([]);
    expect((await company.settled(run)).status).toBe("completed");
    expect(existsSync(join(folder, "desk", "7.txt"))).toBe(type === "broken");
    const history = await readHistory(company, run);
    expect(gatesOf(history)).toEqual([]);
  },
);
