import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Company, openCompany } from "../index.ts";

const WRITE = `muster: 1
name: write
resource_config: { on_budget_exceeded: wait }
steps: [{ id: text, agent: writer }]
`;

function newFolder(files: Readonly<Record<string, string>>): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "muster-budget-"));
  mkdirSync(join(path, "workflows"));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const writer = {
  effects: "pure",
  estimate: { tokens: 60, USD: 500_000 },
  attempt: () => ({ outputs: {}, usage: { tokens: 50, costMicros: 400_000, currency: "usd" } }),
} as const;

async function ran(company: Company): Promise<string> {
  const started = await company.run("write");
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  return (await company.settled(started.run)).status;
}

describe("the budget of a company's map", () => {
  test("limits all runs together, over restarts, and is raised in the map", async () => {
    using folder = newFolder({
      "workflows/write.yaml": WRITE.replace("wait", "refuse"),
      "map.yaml": "muster: 1\nbudget: { total: { tokens: 120 } }\n",
    });
    {
      await using company = await openCompany(folder.path, { agents: { writer } });
      expect(await ran(company)).toBe("completed");
      expect(await ran(company)).toBe("completed");
      expect(await ran(company)).toBe("failed");
    }
    await using company = await openCompany(folder.path, { agents: { writer } });
    expect(await ran(company)).toBe("failed");
    writeFileSync(
      join(folder.path, "map.yaml"),
      "muster: 1\nbudget: { total: { tokens: 1000, money: USD 1.20 } }\n",
    );
    expect(await ran(company)).toBe("completed");
    expect(await ran(company)).toBe("completed");
    expect(await ran(company)).toBe("failed");
  });

  test("is waited for where the workflow says so, and why-waiting names it", async () => {
    using folder = newFolder({
      "workflows/write.yaml": WRITE.replace(
        "resource_config",
        "resource_limits: { token_budget: 500 }\nresource_config",
      ),
      "map.yaml": "muster: 1\nbudget: { day: { money: 0.40 USD } }\n",
    });
    await using company = await openCompany(folder.path, { agents: { writer } });
    const started = await company.run("write");
    if (started.run === null) throw new Error("not started");
    const waiting = await company.waiting(started.run);
    expect(waiting?.find(({ kind }) => kind === "budget")?.what).toContain(
      "waits for USD 0.50 of the company's budget; USD 0.40 left.",
    );
  });

  test("is asked a person for, and the mend is to raise what is short", async () => {
    using folder = newFolder({
      "workflows/write.yaml": WRITE.replace(
        "resource_config: { on_budget_exceeded: wait }",
        "resource_limits: { token_budget: 40 }\nresource_config: { on_budget_exceeded: ask }",
      ),
      "workflows/own.yaml": `muster: 1
name: own
steps: [{ id: text, agent: writer, budget: { money: 0.10 USD, on_exceeded: ask } }]
`,
    });
    await using company = await openCompany(folder.path, { agents: { writer } });
    const mendOf = async (name: string): Promise<readonly (string | undefined)[]> => {
      const { run } = await company.run(name);
      if (run === null) throw new Error("not started");
      await company.settled(run);
      return ((await company.waiting(run)) ?? []).map(({ kind, mend }) =>
        `${kind}: ${mend}`.replace(run, "RUN"),
      );
    };
    expect(await mendOf("write")).toEqual(["exception: muster runs raise RUN tokens=… --why …"]);
    expect(await mendOf("own")).toEqual([
      'exception: muster runs raise RUN money="USD …" --step text --why …',
    ]);
  });

  test("is checked: a budget that is no amount of money is told with its place", async () => {
    using folder = newFolder({
      "workflows/write.yaml": WRITE,
      "map.yaml": "muster: 1\nbudget:\n  day: { money: a lot }\n",
    });
    await using company = await openCompany(folder.path, { agents: { writer } });
    const [problem] = await company.check();
    expect(problem).toMatchObject({ where: { file: "map.yaml", line: 3 } });
    expect(problem?.message).toContain("USD 5.00");
  });
});
