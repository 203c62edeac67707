import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { Digest, RunId } from "../../core/id.ts";
import { type Company, openCompany, type Published } from "./index.ts";

const DOOR = pathToFileURL(resolve(import.meta.dirname, "../../index.ts")).href;

/** A company's folder that is removed at the end of its test. */
function newFolder(
  files: Readonly<Record<string, string>>,
): { readonly path: string; readonly write: typeof write } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "muster-company-"));
  function write(file: string, text: string): void {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    path,
    write,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

const GREETER = {
  "agents/greeter.yaml": "muster: 1\nkind: function\nmodule: agents/greeter.ts\neffects: pure\n",
  "agents/greeter.ts": `import { defineAgent } from "${DOOR}";
export const agent = defineAgent({
  attempt: ({ inputs }) => ({ outputs: { text: \`Good day, \${inputs["name"]}.\` } }),
});
`,
};

const GREET = `muster: 1
name: greet
parameters: { name: { type: string } }
steps:
  - id: say
    agent: greeter
    inputs: { name: $params.name }
    outputs: { text: string }
`;

async function typesOf(company: Company, run: RunId): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const event of company.events(run, { follow: true })) types.push(event.type);
  return types;
}

async function outputsOf(company: Company, workflow: string, params = {}): Promise<unknown> {
  const started = await company.run(workflow, params);
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  await company.settled(started.run);
  for await (const { type, data } of company.events(started.run))
    if (type === "run.finished") return company.read(data["outputs"] as { value: null });
  return null;
}

describe("a company's folder", () => {
  test("runs a workflow file with an agent written in TypeScript, by name and by path", async () => {
    using folder = newFolder({ ...GREETER, "workflows/greet.yaml": GREET });
    await using company = await openCompany(folder.path);
    expect(await company.check()).toEqual([]);
    expect(await outputsOf(company, "greet", { name: "Ana" })).toMatchObject({
      text: "Good day, Ana.",
    });
    const path = join(folder.path, "workflows/greet.yaml");
    expect(await outputsOf(company, path, { name: "Bo" })).toMatchObject({ text: "Good day, Bo." });
    expect(statSync(join(folder.path, ".muster")).mode & 0o777).toBe(0o700);
  });

  test("runs a workflow written in TypeScript", async () => {
    const written = `import { defineWorkflow } from "${DOOR}";
export const workflow = defineWorkflow({
  name: "hello",
  steps: [{ id: "say", agent: "greeter", inputs: { name: "you" }, outputs: { text: "string" } }],
});
`;
    using folder = newFolder({ ...GREETER, "workflows/hello.ts": written });
    await using company = await openCompany(folder.path);
    expect(await company.check("hello")).toEqual([]);
    expect(await outputsOf(company, "hello")).toMatchObject({ text: "Good day, you." });
  });

  test("says where a workflow in TypeScript is wrong, or why it cannot be read, with the mend", async () => {
    const wrong = `export const workflow = {
  steps: [
    { id: "say", agent: "greetr" },
  ],
};
`;
    using folder = newFolder({
      ...GREETER,
      "workflows/wrong.ts": wrong,
      "workflows/torn.ts": "export const workflow = {\n  steps: = [],\n};\n",
      "workflows/throws.mjs": '\nthrow new Error("not today");\n',
      "workflows/lost.ts": 'import "./nowhere.ts";\n',
    });
    await using company = await openCompany(folder.path);
    const place = (file: string, line: number): object => ({ file: `workflows/${file}`, line });
    expect(await company.check()).toMatchObject([
      { where: place("lost.ts", 1), mend: expect.stringContaining("mend the path of the import") },
      {
        message: expect.stringContaining("cannot be read: not today"),
        where: place("throws.mjs", 2),
        mend: "Mend the module, or what it imports.",
      },
      {
        code: "syntax",
        message: expect.stringContaining("torn.ts cannot be read"),
        mend: "Mend the module, or what it imports.",
      },
      {
        code: "unknown-agent",
        message: 'steps[0].agent: There is no agent "greetr" in this company.',
        where: place("wrong.ts", 3),
      },
    ]);
  });

  test("keeps its runs when it is closed and opened again", async () => {
    using folder = newFolder({ ...GREETER, "workflows/greet.yaml": GREET });
    const first = await openCompany(folder.path);
    await outputsOf(first, "greet", { name: "Ana" });
    await first.close();
    await using second = await openCompany(folder.path);
    expect(second.runs()).toMatchObject([{ workflow: "greet", status: "completed" }]);
  });

  test("M2 gives the same run for the same request after it was opened again", async () => {
    const other = "name: other\nsteps: [{ id: ask, gate: Go on? }]\n";
    using folder = newFolder({
      ...GREETER,
      "workflows/greet.yaml": GREET,
      "workflows/other.yaml": other,
    });
    const first = await openCompany(folder.path);
    const asked = await first.run("greet", { name: "Ana" }, { requestId: "order 7" });
    await first.close();
    await using second = await openCompany(folder.path);
    const again = await second.run("greet", { name: "Ana" }, { requestId: "order 7" });
    expect([again.run, again.run !== null && again.again]).toEqual([asked.run, true]);
    const mistaken = await second.run("other", {}, { requestId: "order 7" });
    expect(mistaken).toMatchObject({ run: null, problems: [{ code: "conflict" }] });
    expect(second.runs()).toHaveLength(1);
  });

  test("keeps an event that came before the wait for it, through closing and opening", async () => {
    const waits =
      "steps: [{ id: ask, gate: Go on? }, { id: paid, wait: { event: payment, key: A1 } }]";
    using folder = newFolder({
      "workflows/pay.yaml": `name: pay\nexecution: sequential\n${waits}\n`,
    });
    const first = await openCompany(folder.path);
    const started = await first.run("pay");
    if (started.run === null) throw new Error(JSON.stringify(started.problems));
    const published = await first.publish("payment", { amount: 3 }, { key: "A1", by: "bank" });
    expect(published).toEqual({ kept: true, again: false, told: [], problems: [] });
    await first.close();
    await using second = await openCompany(folder.path);
    const gates: { readonly seq: number; readonly digest: Digest }[] = [];
    for await (const { seq, data } of second.events(started.run)) {
      const gate = data["gate"] as { readonly digest: Digest } | undefined;
      if (gate !== undefined) gates.push({ seq, digest: gate.digest });
    }
    const [{ seq: key, digest } = { seq: 0, digest: "" as Digest }] = gates;
    await second.send(started.run, { type: "vote", key, digest, allow: true, reason: "" });
    expect(await second.settled(started.run)).toMatchObject({ status: "completed" });
    expect(
      (await typesOf(second, started.run)).filter((type) => type === "listen.ended"),
    ).toHaveLength(1);
  });

  test("keeps no event that is too large, has no name, or comes where it is only looked at", async () => {
    using folder = newFolder({ "workflows/greet.yaml": GREET, ...GREETER });
    const codeOf = ({ kept, problems }: Published) => [kept, problems[0]?.code];
    const company = await openCompany(folder.path);
    expect(codeOf(await company.publish("paid", { text: "é".repeat(40_000) }))).toEqual([
      false,
      "limit",
    ]);
    expect(codeOf(await company.publish("paid", {}, { key: "k".repeat(1_001) }))).toEqual([
      false,
      "limit",
    ]);
    for (const wrong of [company.publish("", {}), company.publish("paid", [] as never)])
      expect(codeOf(await wrong)).toEqual([false, "bad-input"]);
    await company.close();
    await using visitor = await openCompany(folder.path, { perform: false });
    expect(codeOf(await visitor.publish("paid", {}))).toEqual([false, "not-allowed"]);
  });

  test("M4 a run stays with the definition it began with, whatever becomes of the file", async () => {
    const gated = `${GREET}  - id: ask\n    gate: Send it?\n`;
    using folder = newFolder({ ...GREETER, "workflows/greet.yaml": gated });
    const first = await openCompany(folder.path);
    const started = await first.run("greet", { name: "Ana" });
    if (started.run === null) throw new Error("it must start");
    await first.settled(started.run);
    await first.close();
    folder.write("workflows/greet.yaml", GREET.replace("id: say", "id: shout"));
    await using second = await openCompany(folder.path);
    expect(await second.waiting(started.run)).toMatchObject([
      {
        path: "ask",
        kind: "gate",
        mend: expect.stringMatching(/^muster inbox approve wf_\w+\.\d+ /),
      },
    ]);
    expect(second.definition(started.run)?.root.steps.map((step) => step.id)).toEqual([
      "say",
      "ask",
    ]);
    expect((await second.workflow("greet"))?.root.steps.map((step) => step.id)).toEqual(["shout"]);
  });

  test("is looked at while another process is at work on it, and nothing can be told then", async () => {
    using folder = newFolder({ ...GREETER, "workflows/greet.yaml": GREET });
    await using worker = await openCompany(folder.path);
    await outputsOf(worker, "greet", { name: "Ana" });
    await expect(openCompany(folder.path)).rejects.toMatchObject({ code: "locked" });
    await using visitor = await openCompany(folder.path, { perform: false });
    const [standing] = visitor.runs();
    expect(standing).toMatchObject({ status: "completed" });
    expect(await visitor.run("greet", { name: "Bo" })).toMatchObject({
      run: null,
      problems: [{ code: "not-allowed" }],
    });
  });

  test("is followed by another process until its run has ended", async () => {
    const gated = `${GREET}  - id: ask\n    wait: 400ms\n`;
    using folder = newFolder({ ...GREETER, "workflows/greet.yaml": gated });
    await using worker = await openCompany(folder.path);
    const started = await worker.run("greet", { name: "Ana" });
    if (started.run === null) throw new Error("it must start");
    await using visitor = await openCompany(folder.path, { perform: false });
    expect(await visitor.settled(started.run)).toMatchObject({ status: "completed" });
    const types = await typesOf(visitor, started.run);
    expect(types.at(-1)).toBe("run.finished");
  });

  test("is checked without leaving anything behind", async () => {
    using folder = newFolder({ "workflows/greet.yaml": GREET });
    await using company = await openCompany(folder.path, { perform: false });
    expect(await company.check()).toMatchObject([{ code: "unknown-agent" }]);
    expect(existsSync(join(folder.path, ".muster"))).toBe(false);
  });

  test("a lone file outside of every company is checked with a warning for its agents", async () => {
    using folder = newFolder({ "greet.yaml": GREET });
    await using company = await openCompany(folder.path, { perform: false });
    expect(await company.check(join(folder.path, "greet.yaml"))).toMatchObject([
      { code: "unknown-agent", severity: "warning" },
    ]);
  });

  test("a file that changes is read again, and one that is broken is told with its place", async () => {
    using folder = newFolder({ ...GREETER, "workflows/greet.yaml": GREET });
    await using company = await openCompany(folder.path, { memory: true });
    folder.write("workflows/greet.yaml", GREET.replace("agent: greeter", "agnet: greeter"));
    const [problem] = await company.check("greet");
    expect(problem).toMatchObject({ where: { file: "workflows/greet.yaml" } });
    expect(await company.run("greet", { name: "Ana" })).toMatchObject({ run: null });
    folder.write("workflows/greet.yaml", GREET);
    expect(await outputsOf(company, "greet", { name: "Ana" })).toMatchObject({
      text: "Good day, Ana.",
    });
  });

  test("events are followed to the end of the run", async () => {
    using folder = newFolder({ ...GREETER, "workflows/greet.yaml": GREET });
    await using company = await openCompany(folder.path);
    const started = await company.run("greet", { name: "Ana" });
    if (started.run === null) throw new Error("it must start");
    const types = await typesOf(company, started.run);
    expect(types.at(-1)).toBe("run.finished");
    expect(types[0]).toBe("run.accepted");
  });

  test("whoever follows a run or waits for it is let go when the company is closed", async () => {
    using folder = newFolder({
      ...GREETER,
      "workflows/greet.yaml": `${GREET}  - id: rest\n    wait: 1h\n`,
    });
    const company = await openCompany(folder.path);
    const started = await company.run("greet", { name: "Ana" });
    if (started.run === null) throw new Error("it must start");
    const { run } = started;
    const waiting = company.settled(run);
    const following = typesOf(company, run);
    await company.close();
    expect((await waiting).endedAt).toBe(null);
    expect(await following).toContain("step.started");
  });

  test("the text of a run's definition is in the log under its digest", async () => {
    using folder = newFolder({ ...GREETER, "workflows/greet.yaml": GREET });
    await using company = await openCompany(folder.path);
    const started = await company.run("greet", { name: "Ana" });
    if (started.run === null) throw new Error("it must start");
    const digest = company.definition(started.run)?.digest ?? "";
    expect(company.read({ digest })).toEqual({
      file: "workflows/greet.yaml",
      text: readFileSync(join(folder.path, "workflows/greet.yaml"), "utf8"),
    });
  });
});
