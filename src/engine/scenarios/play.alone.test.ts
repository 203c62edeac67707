import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { writeFiles } from "../../../test/given/folder.ts";
import { readScenarios } from "../../core/scenario/index.ts";
import { playScenario } from "./index.ts";

const FILES: Readonly<Record<string, string>> = {
  "map.yaml": `muster: 1
company: Example Shop
exceptions: { owner: wing }
systems:
  shop: { kind: sql, url: ./shop.db, setup: ./shop.sql }
tools:
  order.note:
    system: shop
    level: record
    effects: idempotent
    sql: insert into notes (id, key) values (:id, :key)
    args: { id: string }
    writes: notes
agents:
  support: { may: { level: record, tools: [order.note] } }
requests:
  note: { case: { id: request.id }, workflow: note, owner: wing }
intake: { mail: customer }
`,
  "shop.sql": "create table notes (id text primary key, key text);",
  "agents/support.yaml": "kind: function\nmodule: ./agent.js\neffects: pure\n",
  "agent.js": "export const attempt = () => ({ outputs: {} });\n",
  "workflows/note.yaml":
    "name: note\nparameters: { id: string }\nsteps:\n  - { id: note, tool: order.note, as: support, inputs: { id: $params.id } }\n",
};

const STORY = `muster: 1
scenarios:
  - name: A note
    request: { requester: C1, source: customer, channel: mail, type: note, about: { id: N1 }, text: Note it. }
    expect: { written: [order.note] }
`;

test("a scenario begins with a database as its setup makes it, whatever the company's own holds by now", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-play-"));
  try {
    writeFiles(folder, FILES);
    const live = new DatabaseSync(join(folder, "shop.db"));
    live.exec(`${FILES["shop.sql"]} insert into notes values ('N1', 'of before');`);
    live.close();
    const [scenario] = readScenarios({ file: "tests/note.yaml", text: STORY }).scenarios;
    if (scenario === undefined) throw new Error("There is a scenario in it.");
    const { written } = await playScenario(folder, scenario);
    expect(written.map(({ tool }) => tool)).toEqual(["order.note"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
