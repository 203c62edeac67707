import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFiles } from "../../../test/given/folder.ts";
import { askedIn, LETTER_DESK } from "../../../test/given/letter-desk.ts";
import type { RunId } from "../../core/id.ts";
import type { Told } from "../../core/machine/index.ts";
import { sentence } from "../../core/problem.ts";
import { type Company, openCompany } from "./index.ts";

const FILES: Readonly<Record<string, string>> = {
  ...LETTER_DESK,
  "workflows/serve.yaml": "name: serve\nsteps: [{ id: serve, agent: support }]\n",
};

const LIST = JSON.stringify([
  { tool: "letter.hang", args: { order: "7", text: "We are sorry." } },
  { tool: "letter.hang", args: { order: "8", text: "We are not." } },
]);

const FUNCTION: Readonly<Record<string, string>> = {
  "agents/support.yaml": "kind: function\nmodule: ./agent.js\neffects: pure\n",
  "agent.js": `
export async function attempt(task, tools) {
  const replies = await tools.useAll(${LIST});
  return { outputs: { said: replies.map((one) => one.say ?? one.outcome) } };
}
`,
};

const ISOLATED = {
  ...FUNCTION,
  "agents/support.yaml": `${FUNCTION["agents/support.yaml"]}isolate: true\n`,
};

const COMMAND: Readonly<Record<string, string>> = {
  "agents/support.yaml": "kind: command\ncommand: [node, ./agent.mjs]\neffects: pure\n",
  "agent.mjs": `
import { connect } from "node:net";
const { MUSTER_TOOLS: path, MUSTER_TOOLS_TOKEN: token } = process.env;
const socket = connect(path);
socket.write(JSON.stringify({ token, all: ${LIST} }) + "\\n");
let text = "";
for await (const part of socket) if ((text += part).includes("\\n")) break;
const { replies } = JSON.parse(text);
console.log(JSON.stringify({ outputs: { said: replies.map((one) => one.say ?? one.outcome) } }));
`,
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-several-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  writeFiles(folder, { ...FILES, ...files });
}

async function allowsFirst(company: Company, run: RunId): Promise<void> {
  const { actions, ...asked } = await askedIn(company, run);
  expect(actions).toHaveLength(2);
  const of = { ...asked, permits: actions.slice(0, 1) };
  const vote: Told = { type: "vote", ...of, allow: true, reason: "", blocks: ["It is rude."] };
  expect(await company.send(run, vote, { by: "dana" })).toEqual([]);
}

/** Asked and decided in two processes, one after another. */
async function plays(): Promise<unknown> {
  let run: RunId;
  {
    await using company = await openCompany(folder);
    const started = await company.run("serve", {}, { by: "rita" });
    if (started.run === null) throw new Error(started.problems.map(sentence).join("\n"));
    run = started.run;
    expect((await company.settled(run)).status).toBe("waiting");
  }
  await using company = await openCompany(folder);
  await allowsFirst(company, run);
  expect((await company.settled(run)).status).toBe("completed");
  const events = [];
  for await (const event of company.events(run)) events.push(event);
  expect(events.filter(({ type }) => type === "gate.opened")).toHaveLength(1);
  expect(events.filter(({ type }) => type === "gate.consumed")).toHaveLength(1);
  expect(readdirSync(join(folder, "desk")).toSorted()).toEqual(["7.txt", "README.txt"]);
  const done = events.findLast(({ type }) => type === "step.finished");
  return done?.data["output"];
}

const SAID = { value: { said: ["ok", "It was not approved: It is rude."] } };

test.each([
  ["a function", FUNCTION],
  ["an isolated function", ISOLATED],
  ["a command", COMMAND],
])(
  "M8 U4 %s proposes several uses at once, and what people allow of them is done once",
  async (_kind, files) => {
    write(files);
    expect(await plays()).toEqual(SAID);
  },
);

test("M8 U4 an http agent proposes several uses at once, and what people allow of them is done once", async () => {
  const server = createServer((request, answer) => {
    let text = "";
    request.on("data", (part) => (text += String(part)));
    request.on("end", () => {
      const { used = [] } = JSON.parse(text) as { used?: { say?: string; outcome: string }[] };
      const said = used.map((one) => one.say ?? one.outcome);
      const reply =
        used.length === 0 ? { use: JSON.parse(LIST), together: true } : { outputs: { said } };
      answer.setHeader("content-type", "application/json").end(JSON.stringify(reply));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    write({ "agents/support.yaml": `kind: http\nurl: ${url}\neffects: pure\n` });
    expect(await plays()).toEqual(SAID);
  } finally {
    server.close();
  }
});
