import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { writeFiles } from "../../../../test/given/folder.ts";
import { gatesOf } from "../../../core/history/index.ts";
import type { Digest, RunId } from "../../../core/id.ts";
import { type Company, openCompany } from "../index.ts";
import { readHistory } from "../runs/read-history.ts";

/** What every object has; somebody may well call what is theirs so. */
const NAMES = ["toString", "constructor", "hasOwnProperty", "valueOf"] as const;

let folder = "";
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function furnish(files: Readonly<Record<string, string>>): string {
  folder = mkdtempSync(join(tmpdir(), "muster-names-"));
  writeFiles(folder, files);
  return folder;
}

/** A company in which everything has the one name; of a person and a role, one of the two. */
const everything = (name: string, person = name, role = "lead") => ({
  "map.yaml": `muster: 1
company: Harbour
systems:
  ${name}: { kind: file, folder: ${name} }
tools:
  ${name}: { system: ${name}, level: reference, file: ., action: search, args: { text: string, ${name}: string? } }
approvals:
  ${name}: { from: { role: ${role} }, due: 4h }
agents:
  ${name}: { may: { level: reference, tools: [${name}] } }
rules:
  ${name}:
    when: { action.tool: ${name}, args.${name}: "forbidden" }
    then: deny
    because: Nobody may look for it.
requests:
  ${name}: { description: All of it., workflow: ${name}, owner: ${person} }
exceptions: { owner: ${person} }
`,
  "people.yaml": `muster: 1\npeople:\n  ${person}: { roles: ${role} }\n  rita: { manager: ${person} }\n`,
  [`${name}/parcel.md`]: "# Parcels\n\nA parcel takes two days.\n",
  [`workflows/${name}.yaml`]: `
parameters: { ${name}: parcel }
steps:
  - id: ${name}
    agent: ${name}
    inputs: { ${name}: $params.${name} }
    outputs: { ${name}: string }
    approve: ${name}
  - { id: last, agent: ${name}, inputs: { ${name}: $${name}.${name} }, outputs: { ${name}: string } }
outputs: { ${name}: $last.${name} }
`,
});

/** Asks for the tool of that name, and tells what came of it. */
const asking = (tool: string, seen: unknown[], gives = tool) => ({
  effects: "idempotent" as const,
  attempt: async (task: { inputs: unknown }, tools: { use: (...given: never[]) => unknown }) => {
    const text = { text: "parcel" };
    for (const args of [text, { ...text, [tool]: "a" }, { ...text, [tool]: "forbidden" }])
      seen.push(await tools.use(tool as never, args as never));
    return { outputs: { [gives]: JSON.stringify(task.inputs) } };
  },
});

async function allowed(company: Company, run: RunId, by: string): Promise<readonly string[]> {
  const [gate] = gatesOf(await readHistory(company, run));
  if (gate === undefined) return ["No gate is open."];
  const { key, approval } = gate;
  const digest = gate.digest as Digest;
  const presented = approval.gate.terms?.presented ?? digest;
  const vote = { type: "vote", key, digest, presented, allow: true, reason: "" } as const;
  const problems = await company.send(run, vote, { by });
  await company.settled(run);
  return problems.map(({ message }) => message);
}

describe("a name that every object has", () => {
  test.each(
    // The first is a name like any other: all go as it goes.
    ["note", ...NAMES].flatMap((name) => [
      [name, name, "lead"],
      [name, "ana", name],
    ]),
  )("is the name of whatever somebody called so: %s, person %s, role %s", async (...names) => {
    const [name, person, role] = names;
    const seen: { outcome?: string }[] = [];
    const agents = { [name]: asking(name, seen) } as never;
    await using company = await openCompany(furnish(everything(name, person, role)), { agents });
    const faults = (await company.check()).filter(({ severity }) => severity !== "warning");
    expect(faults).toEqual([]);
    const { run, ...why } = await company.run(name, {}, { by: "rita" });
    if (run === null) throw new Error(JSON.stringify(why));
    await company.settled(run);
    expect((await allowed(company, run, "rita")).join()).toContain("rita may not decide this");
    expect(await allowed(company, run, person)).toEqual([]);
    expect(company.standing(run)?.status).toBe("completed");
    // Without the argument that the rule reads, nobody knows whether it may; with it, the rule does.
    expect(seen.slice(0, 3).map(({ outcome }) => outcome)).toEqual(["denied", "ok", "denied"]);
  });

  test.each([...NAMES, "__proto__"])("is nobody's where nobody wrote it: %s", async (name) => {
    const seen: { outcome?: string }[] = [];
    const agents = { other: asking(name, seen, "note") } as never;
    const plain = {
      ...everything("other"),
      "workflows/other.yaml": "steps: [{ id: a, agent: other }]",
    };
    const wrong = {
      ...plain,
      "workflows/tool.yaml": `steps: [{ id: a, tool: ${name}, as: other }]`,
      "workflows/chain.yaml": `steps: [{ id: a, agent: other, approve: ${name} }]`,
    };
    {
      await using refusing = await openCompany(furnish(wrong), { agents });
      const said = (await refusing.check()).map(({ message }) => message);
      expect(said).toContain(`There is no tool "${name}" in this map.`);
      expect(said.filter((one) => one.includes(`the chain "${name}"`))).toHaveLength(1);
    }
    rmSync(folder, { recursive: true, force: true });
    await using company = await openCompany(furnish(plain), { agents });
    const { run, ...why } = await company.run("other", {}, { by: "rita" });
    if (run === null) throw new Error(JSON.stringify(why));
    await company.settled(run);
    // An argument of that name no plain value has: it is not even asked for.
    const outcomes = name === "__proto__" ? ["denied", "failed"] : ["denied"];
    expect(new Set(seen.map(({ outcome }) => outcome))).toEqual(new Set(outcomes));
    const delegated = await company.govern({
      type: "delegate",
      from: "other",
      to: name,
      since: 0,
      until: Date.now() + 60_000,
      chains: null,
      why: "",
      by: "other",
    });
    expect(delegated).toMatchObject([{ code: "unknown-person" }]);
  });
});
