import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { JsonObject } from "../../src/core/json.ts";
import { startMariadb } from "../given/mariadb.ts";
import { startPostgres } from "../given/postgres.ts";
import { type FarSide, SECRET } from "./toolbox.contract.ts";

const environment = { FAR_SECRET: SECRET, PATH: process.env["PATH"] ?? "" };
const SQL = {
  look: { sql: "select id, owner, status, note from orders where id = :id" },
  all: { sql: "select id, owner, status, note from orders order by id" },
  change: { sql: "update orders set status = :status where id = :id" },
};
const TABLE = `create table orders (id varchar(20) primary key, owner varchar(20), status varchar(20), note varchar(200),
  constraint "${SECRET}" check (status <> 'broken'))`;
const ROWS = `insert into orders values ('1', 'ann', 'pending', '${SECRET}'), ('2', 'ben', 'pending', '${SECRET}')`;

function folderOf(): string {
  return mkdtempSync(join(tmpdir(), "muster-far-"));
}

export async function sqlite(): Promise<FarSide> {
  const folder = folderOf();
  const database = new DatabaseSync(join(folder, `${SECRET}.db`));
  database.exec(TABLE);
  database.exec(ROWS);
  return {
    folder,
    kind: "sql",
    settings: { url: "./$env.FAR_SECRET.db" },
    lost: { url: "./nowhere-$env.FAR_SECRET.db" },
    environment,
    tools: SQL,
    statusOf: async (id) =>
      database.prepare("select status from orders where id = ?").get(id)?.["status"] as string,
    alter: async (id, status) => {
      database.prepare("update orders set status = ? where id = ?").run(status, id);
    },
    [Symbol.asyncDispose]: async () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function postgres(): Promise<FarSide> {
  const folder = folderOf();
  const server = await startPostgres();
  await server.run(TABLE);
  await server.run(ROWS);
  const at = (port: string): string =>
    `postgres://muster:$env.FAR_SECRET@127.0.0.1:${port}/postgres`;
  return {
    folder,
    kind: "sql",
    settings: { url: at(new URL(server.url).port) },
    lost: { url: at("1") },
    environment,
    tools: SQL,
    statusOf: async (id) => {
      const [row] = await server.run(`select status from orders where id = '${id}'`);
      return (row as { status: string }).status;
    },
    alter: async (id, status) =>
      void (await server.run(`update orders set status = '${status}' where id = '${id}'`)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export async function mariadb(): Promise<FarSide> {
  const folder = folderOf();
  const server = await startMariadb();
  await server.run(TABLE.replaceAll('"', "`"));
  await server.run(ROWS);
  await server.run(
    `create user far@localhost identified by '${SECRET}'; grant all on shop.* to far@localhost`,
  );
  const at = (port: string): string => `mysql://far:$env.FAR_SECRET@127.0.0.1:${port}/shop`;
  return {
    folder,
    kind: "sql",
    settings: { url: at(new URL(server.url).port) },
    lost: { url: at("1") },
    environment,
    tools: SQL,
    statusOf: async (id) => {
      const [row] = await server.run(`select status from orders where id = '${id}'`);
      return (row as { status: string }).status;
    },
    alter: async (id, status) =>
      void (await server.run(`update orders set status = '${status}' where id = '${id}'`)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export async function file(): Promise<FarSide> {
  const folder = folderOf();
  const path = join(folder, SECRET, "orders.csv");
  mkdirSync(join(folder, SECRET));
  const write = (one: string): void =>
    writeFileSync(path, `id,owner,status,note\n1,ann,${one},${SECRET}\n2,ben,pending,${SECRET}\n`);
  write("pending");
  return {
    folder,
    kind: "file",
    settings: { folder: "./$env.FAR_SECRET" },
    lost: { folder: "./nowhere/$env.FAR_SECRET" },
    environment,
    tools: {
      look: { file: "orders.csv", id: "id" },
      all: { file: "orders.csv" },
      change: { file: "orders.csv", action: "write", id: "id" },
    },
    refusesNothing: true,
    statusOf: async (id) =>
      new RegExp(`^${id},\\w+,(\\w+),`, "m").exec(readFileSync(path, "utf8"))?.[1] ?? null,
    alter: async (_, status) => write(status),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}

/** Records in a file, for what has no memory of its own. */
function shelf(folder: string) {
  const path = join(folder, "orders.json");
  const row = (id: string, owner: string) => ({ id, owner, status: "pending", note: SECRET });
  writeFileSync(path, JSON.stringify([row("1", "ann"), row("2", "ben")]));
  const read = (): { id: string; status: string }[] => JSON.parse(readFileSync(path, "utf8"));
  return {
    path,
    read,
    statusOf: async (id: string) => read().find((one) => one.id === id)?.status ?? null,
    alter: async (id: string, status: string) =>
      writeFileSync(
        path,
        JSON.stringify(read().map((one) => (one.id === id ? { ...one, status } : one))),
      ),
  };
}

export async function functions(): Promise<FarSide> {
  const folder = folderOf();
  const orders = shelf(folder);
  writeFileSync(
    join(folder, "shop.mjs"),
    `import { readFileSync, writeFileSync } from "node:fs";
     const file = ${JSON.stringify(orders.path)};
     const read = () => JSON.parse(readFileSync(file, "utf8"));
     export const all = () => read();
     export const look = ({ id }) => read().find((one) => one.id === id) ?? null;
     export const change = { run({ id, status }, { env, key }) {
       if (status === "broken") return { error: { kind: "conflict", message: "No: " + env.FAR_SECRET, certain: true } };
       if (!read().some((one) => one.id === id)) return { error: { message: "There is no such order.", certain: true } };
       writeFileSync(file, JSON.stringify(read().map((one) => (one.id === id ? { ...one, status } : one))));
       return { reference: key };
     } };`,
  );
  return {
    folder,
    kind: "function",
    settings: { module: "./shop.mjs", env: ["FAR_SECRET"] },
    lost: { module: "./nowhere.mjs", env: ["FAR_SECRET"] },
    environment,
    tools: { look: { run: "look" }, all: { run: "all" }, change: { run: "change" } },
    statusOf: orders.statusOf,
    alter: orders.alter,
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}

export async function command(): Promise<FarSide> {
  const folder = folderOf();
  const orders = shelf(folder);
  writeFileSync(
    join(folder, "shop.mjs"),
    `import { readFileSync, writeFileSync } from "node:fs";
     const file = ${JSON.stringify(orders.path)};
     const { args, key } = JSON.parse(readFileSync(0, "utf8"));
     const read = () => JSON.parse(readFileSync(file, "utf8"));
     const what = process.argv[2];
     let said = null;
     if (what === "all") said = read();
     else if (what === "look") said = read().find((one) => one.id === args.id) ?? null;
     else if (args.status === "broken") said = { error: { message: "No: " + process.env.FAR_SECRET, certain: true } };
     else if (!read().some((one) => one.id === args.id)) said = { error: { message: "There is no such order.", certain: true } };
     else {
       writeFileSync(file, JSON.stringify(read().map((one) => (one.id === args.id ? { ...one, status: args.status } : one))));
       said = { reference: key };
     }
     console.log(JSON.stringify(said));`,
  );
  return {
    folder,
    kind: "command",
    settings: { command: ["node", "./shop.mjs"], env: { FAR_SECRET: "$env.FAR_SECRET" } },
    lost: { command: ["./nowhere.sh"], env: { FAR_SECRET: "$env.FAR_SECRET" } },
    environment,
    tools: { look: { run: "look" }, all: { run: "all" }, change: { run: "change" } },
    statusOf: orders.statusOf,
    alter: orders.alter,
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}

/** Answers as an interface does, and tells the token it was shown to whoever asks. */
async function shop() {
  const folder = folderOf();
  const orders = shelf(folder);
  const keys: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const say = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${SECRET}`) return say(401, { error: "who?" });
    const [, place, id] = new URL(request.url ?? "/", "http://x").pathname
      .split("/")
      .map(decodeURIComponent);
    if (place !== "orders") return say(404, { error: "nothing here" });
    if (id === undefined) return say(200, { data: orders.read() });
    const found = orders.read().find((one) => one.id === id);
    if (found === undefined) return say(404, { error: `no order ${id}` });
    if (request.method === "GET") return say(200, found);
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { status } = JSON.parse(text) as { status: string };
    if (status === "broken") return say(422, { error: `refused ${request.headers.authorization}` });
    keys.push(String(request.headers["idempotency-key"]));
    await orders.alter(id, status);
    say(200, { number: `n-${id}` });
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    folder,
    orders,
    keys,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

export async function http(): Promise<FarSide> {
  const { folder, orders, url, close } = await shop();
  const secret = { token: "$env.FAR_SECRET" };
  return {
    folder,
    kind: "http",
    settings: { url, ...secret },
    lost: { url: "http://127.0.0.1:1", ...secret },
    environment,
    tools: {
      look: { path: "/orders/{id}" },
      all: { path: "/orders", rows: "data" },
      change: { method: "PATCH", path: "/orders/{id}", reference: "number" },
    },
    statusOf: orders.statusOf,
    alter: orders.alter,
    [Symbol.asyncDispose]: close,
  };
}

export async function openapi(): Promise<FarSide> {
  const { folder, orders, url, close } = await shop();
  writeFileSync(join(folder, "shop.openapi.json"), JSON.stringify(DOCUMENT));
  const secret = { openapi: "./shop.openapi.json", token: "$env.FAR_SECRET" };
  return {
    folder,
    kind: "openapi",
    settings: { url, ...secret },
    lost: { url: "http://127.0.0.1:1", ...secret },
    environment,
    tools: {
      look: { operation: "getOrder" },
      all: { operation: "listOrders", rows: "data" },
      change: { operation: "PATCH /orders/{id}" },
    },
    statusOf: orders.statusOf,
    alter: orders.alter,
    [Symbol.asyncDispose]: close,
  };
}

const ID = { name: "id", in: "path", required: true, schema: { type: "string" } };
const DOCUMENT: JsonObject = {
  openapi: "3.1.0",
  info: { title: "Shop", version: "1" },
  paths: {
    "/orders": { get: { operationId: "listOrders", responses: { "200": { description: "all" } } } },
    "/orders/{id}": {
      parameters: [{ $ref: "#/components/parameters/Id" }],
      get: { operationId: "getOrder", responses: { "200": { description: "one" } } },
      patch: {
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Change" } } },
        },
        responses: { "200": { description: "changed" } },
      },
    },
  },
  components: {
    parameters: { Id: ID },
    schemas: {
      Change: { type: "object", required: ["status"], properties: { status: { type: "string" } } },
    },
  },
};
