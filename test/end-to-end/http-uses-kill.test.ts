import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { json } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { type Json, openCompany, type RunId } from "../../src/index.ts";
import { writeFiles } from "../given/folder.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-http-uses-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What it asks for, one use a round. The two writes may not be repeated: whoever asks again must not do them again. */
const WANTED = [
  { tool: "order.read", args: { id: "7" } },
  { tool: "note.write", args: { id: "7", text: "first" } },
  { tool: "note.write", args: { id: "7", text: "second" } },
];

type Question = { readonly round: number; readonly used: readonly { readonly outcome: string }[] };

describe("a process killed with SIGKILL while an http agent uses tools", () => {
  test("M9 asks the agent anew, and answers from the log what it had used", async () => {
    const asked: (readonly [round: number, key: unknown, used: string])[] = [];
    let worker: ChildProcess | null = null;
    // In each of these rounds of the first lives the process that asks is gone before it is answered.
    const killedIn = [2, 3, 4];
    const answer = (request: IncomingMessage, { round, used }: Question): Json | null => {
      asked.push([
        round,
        request.headers["idempotency-key"],
        used.map((one) => one.outcome).join(),
      ]);
      if (round === killedIn[0]) {
        killedIn.shift();
        worker?.kill("SIGKILL");
        return null;
      }
      const next = WANTED[used.length];
      return next === undefined ? { outputs: { n: used.length } } : { use: [next] };
    };
    const server = createServer((request, response) => {
      void json(request).then((question) => {
        const said = answer(request, question as Question);
        if (said !== null) response.end(JSON.stringify(said));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    writeCompany(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const lives: string[] = [];
    while (lives.at(-1)?.endsWith("ended 0") !== true && lives.length < 6)
      lives.push(await lived((one) => (worker = one)));
    server.closeAllConnections();
    server.close();
    expect(killedIn).toEqual([]);
    expect(lives).toHaveLength(4);
    const [run = ""] = lives[0]?.split(" ") ?? [];
    await using company = await openCompany(folder);
    expect(company.standing(run as RunId)?.status).toBe("completed");
    const types: string[] = [];
    for await (const { type } of company.events(run as RunId)) types.push(type);
    expect(types.filter((type) => type === "tool.judged")).toHaveLength(3);
    expect(types.filter((type) => type === "writeback.committed")).toHaveLength(2);
    expect(notes()).toEqual(["first", "second"]);
    // Each life began with the first round, and had by the last of them all that was used before.
    const key = asked[0]?.[1];
    expect(asked.filter(([round]) => round === 1)).toEqual(lives.map(() => [1, key, ""]));
    expect(asked.at(-1)).toEqual([4, `${String(key)}.4`, "ok,ok,ok"]);
  });
});

/** @returns the run, and how the process ended */
function lived(begun: (worker: ChildProcess) => void): Promise<string> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "http-uses", "worker.ts");
    const worker = spawn(process.execPath, [script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    begun(worker);
    let text = "";
    worker.stdout.on("data", (part) => (text += String(part)));
    worker.on("close", (code, signal) => resolve(`${text.trim()} ended ${signal ?? code}`));
  });
}

function notes(): unknown[] {
  const shop = new DatabaseSync(join(folder, "shop.sqlite"), { readOnly: true });
  const rows = shop.prepare("select text from notes order by rowid").all();
  shop.close();
  return rows.map(({ text }) => text);
}

function writeCompany(url: string): void {
  const files = {
    "map.yaml": MAP,
    "agents/biller.yaml": `kind: http\nurl: ${url}\neffects: idempotent\n`,
    "workflows/bill.yaml": "name: bill\nsteps: [{ id: bill, agent: biller }]",
  };
  writeFiles(folder, files);
  const shop = new DatabaseSync(join(folder, "shop.sqlite"));
  shop.exec("create table notes (id text, text text)");
  shop.close();
}

const MAP = `
muster: 1
company: Example Shop
exceptions: { owner: dana }
systems:
  shop: { kind: sql, url: ./shop.sqlite }
tools:
  order.read:
    { system: shop, level: reference, description: Notes., sql: select text from notes where id = :id, args: { id: string }, reads: notes }
  note.write:
    system: shop
    level: record
    effects: ask
    description: A note.
    sql: insert into notes (id, text) values (:id, :text)
    args: { id: string, text: string }
    writes: notes
agents:
  biller: { may: { level: record, tools: [order.read, note.write] } }
`;
