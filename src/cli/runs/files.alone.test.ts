import { createHash } from "node:crypto";
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { Digest } from "../../core/id.ts";
import { systemClock } from "../../engine/runtime/index.ts";
import { openCompany } from "../../index.ts";
import { type Given, givenCompany } from "../given-company.ts";

const PICTURE = Buffer.from([0xff, 0xfe, 0x00, 0x80, ...Buffer.from("a picture")]);
const DAYS = 86_400_000;

const FLIP = `
import { readFileSync, writeFileSync } from "node:fs";
const flipped = (path) => Buffer.from(readFileSync(path)).reverse();
`;
const FUNCTION = `${FLIP}
import { join } from "node:path";
export function attempt({ inputs, folder }) {
  writeFileSync(join(folder, "flipped.bin"), flipped(inputs.picture.path));
  return { outputs: { flipped: "flipped.bin" } };
}
`;
const COMMAND = `${FLIP}
const { task } = JSON.parse(readFileSync(0, "utf8"));
writeFileSync("flipped.bin", flipped(task.inputs.picture.path));
process.stdout.write(JSON.stringify({ outputs: { flipped: { path: "flipped.bin", name: "it.bin" } } }));
`;

const FILES = {
  "agents/function.yaml": "kind: function\nmodule: ./agents/function.mjs\neffects: pure\n",
  "agents/isolated.yaml":
    "kind: function\nmodule: ./agents/function.mjs\nisolate: true\neffects: pure\n",
  "agents/command.yaml": "kind: command\ncommand: [node, ./agents/command.mjs]\neffects: pure\n",
  "agents/function.mjs": FUNCTION,
  "agents/command.mjs": COMMAND,
  "workflows/flip.yaml": `
parameters: { picture: { type: File } }
phases:
  - id: work
    steps:
      - { id: first, agent: function, inputs: { picture: $params.picture }, outputs: { flipped: File } }
      - { id: second, agent: isolated, inputs: { picture: $first.flipped }, outputs: { flipped: File } }
      - { id: third, agent: command, inputs: { picture: $second.flipped }, outputs: { flipped: File } }
`,
};

async function said(given: Given, ...words: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await given.muster(...words, "--json");
  return { code, ...(JSON.parse(code === 0 ? out : err) as object) };
}

/** The picture, put into a company. */
async function put(given: Given): Promise<string> {
  writeFileSync(join(given.folder, "picture.png"), PICTURE);
  const { digest } = await said(given, "artifacts", "put", "picture.png");
  return String(digest);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

const FLIPPED = Buffer.from(PICTURE).reverse();
const placeOf = (folder: string, digest: string): string =>
  join(folder, ".muster", "artifacts", "files", digest.slice(7, 9), digest.slice(9));

describe("a file", () => {
  test("goes from a person through agents of every kind of this machine, and back, bytes and all", async () => {
    using given = givenCompany(FILES);
    const digest = await put(given);
    expect(digest).toBe(digestOf(PICTURE));
    const run = await given.muster("run", "flip", `picture=artifact:${digest}`);
    expect([run.code, run.err]).toEqual([0, expect.anything()]);
    const third = await said(given, "artifacts", "get", "last/work/third.flipped");
    expect(third["value"]).toEqual({
      file: digestOf(FLIPPED),
      name: "it.bin",
      bytes: PICTURE.length,
    });
    for (const [name, bytes] of [
      ["last/work/second.flipped", PICTURE],
      ["last/work/third.flipped", FLIPPED],
    ] as const) {
      const got = await given.muster("artifacts", "get", name, "-o", `${bytes[0]}.bin`);
      expect([got.code, got.err]).toEqual([0, ""]);
      expect(readFileSync(join(given.folder, `${bytes[0]}.bin`)).equals(bytes)).toBe(true);
    }
    const { artifacts } = (await said(given, "artifacts", "list")) as { artifacts: object[] };
    expect(artifacts).toContainEqual(
      expect.objectContaining({ kind: "file", name: "it.bin", by: "agent:command" }),
    );
    expect(readdirSync(join(given.folder, ".muster", "scratch"))).toEqual([]);
  });

  test("goes to an agent that is asked over http, and comes from it", async () => {
    const answered = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      let body = "";
      for await (const part of request) body += String(part);
      const { task } = JSON.parse(body) as { task: { inputs: { picture: { base64: string } } } };
      const bytes = Buffer.from(task.inputs.picture.base64, "base64").reverse();
      const flipped = { name: "far/../it.bin", base64: bytes.toString("base64") };
      response.end(JSON.stringify({ outputs: { flipped } }));
    };
    const server = createServer((request, response) => void answered(request, response));
    server.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    using given = givenCompany({
      "agents/distant.yaml": `kind: http\nurl: http://127.0.0.1:${port}/\neffects: pure\n`,
      "workflows/flip.yaml": `
parameters: { picture: { type: File } }
steps: [{ id: first, agent: distant, inputs: { picture: $params.picture }, outputs: { flipped: File } }]
`,
    });
    try {
      const digest = await put(given);
      const run = await given.muster("run", "flip", `picture=artifact:${digest}`);
      expect([run.code, run.err]).toEqual([0, expect.anything()]);
      const got = await said(given, "artifacts", "get", "last/first.flipped");
      expect(got["value"]).toMatchObject({ file: digestOf(FLIPPED), name: "it.bin" });
    } finally {
      server.close();
    }
  });

  test.each([
    ["outputs: { flipped: 'none.bin' }", "there is no file"],
    ["outputs: { flipped: '/etc/hostname' }", "does not stand in the folder of the task"],
    ["outputs: { flipped: 7 }", "give the path of one"],
    [
      `outputs: { flipped: { file: "sha256:${"0".repeat(64)}", name: "x", bytes: 1 } }`,
      "give the path",
    ],
  ])("that an agent does not give is told with the output's name: %s", async (answer, why) => {
    using given = givenCompany({
      ...FILES,
      "agents/function.mjs": `export function attempt() { return { ${answer} }; }\n`,
      "workflows/flip.yaml":
        "steps: [{ id: first, agent: function, outputs: { flipped: File }, error_strategy: fail_immediately }]\n",
    });
    const { code, err } = await given.muster("run", "flip");
    expect(code).toBe(1);
    expect(err).toContain('Its output "flipped" is to be a file');
    expect(err).toContain(why);
  });

  test("is sealed: one that was changed is given to nobody", async () => {
    using given = givenCompany(FILES);
    const digest = await put(given);
    const place = placeOf(given.folder, digest);
    expect(statSync(place).mode & 0o777).toBe(0o600);
    writeFileSync(place, "another");
    const got = await given.muster("artifacts", "get", digest, "-o", "it.bin");
    expect(got.err).toContain("is not what was written");
    expect(existsSync(join(given.folder, "it.bin"))).toBe(false);
    const run = await given.muster(
      "run",
      "flip",
      `picture=artifact:${digest}`,
      "--config",
      "error_strategy=fail_immediately",
    );
    expect(run.code).toBe(1);
    expect(run.err).toContain("is not what was written");
  });

  test("is swept when nothing names it, and stays for the run, its fork and its archive", async () => {
    using given = givenCompany(FILES);
    const digest = await put(given);
    const flipped = placeOf(given.folder, digestOf(FLIPPED));
    writeFileSync(join(given.folder, "alone.png"), "alone");
    const { digest: alone } = await said(given, "artifacts", "put", "alone.png", "--file");
    const stray = join(given.folder, ".muster", "artifacts", "files", "ab", "0".repeat(62));
    given.write(`.muster/artifacts/files/ab/${"0".repeat(62)}`, "left by a process that died");
    utimesSync(stray, 1, 1);
    const draft = join(given.folder, ".muster", "artifacts", "files", "drafts", "77-1-1");
    writeFileSync(draft, "half");
    expect((await given.muster("run", "flip", `picture=artifact:${digest}`)).code).toBe(0);
    await swept(given, 29 * DAYS, () => !existsSync(stray));
    expect(existsSync(placeOf(given.folder, String(alone)))).toBe(true);
    await swept(given, 31 * DAYS, () => !existsSync(placeOf(given.folder, String(alone))));
    expect([existsSync(flipped), existsSync(draft)]).toEqual([true, true]);
    expect((await given.muster("runs", "archive", "last")).code).toBe(0);
    await swept(given, 31 * DAYS, () => true);
    expect(existsSync(flipped)).toBe(true);
    const saved = await given.muster("artifacts", "get", digestOf(FLIPPED), "-o", "back.bin");
    expect([saved.code, readFileSync(join(given.folder, "back.bin")).equals(FLIPPED)]).toEqual([
      0,
      true,
    ]);
    const database = new DatabaseSync(join(given.folder, ".muster", "log.db"));
    database.exec("delete from file_names");
    database.close();
    await swept(given, 31 * DAYS, () => !existsSync(flipped));
  });

  test("is in a backup, and back from it", async () => {
    using given = givenCompany(FILES);
    const digest = await put(given);
    expect((await given.muster("backup", "all.backup")).code).toBe(0);
    expect((await given.muster("restore", "all.backup", "elsewhere")).code).toBe(0);
    await using company = await openCompany(join(given.folder, "elsewhere"), { perform: false });
    const back = join(given.folder, "back.png");
    expect(await company.saveFile(digest as Digest, back)).toEqual([]);
    expect(readFileSync(back).equals(PICTURE)).toBe(true);
  });

  test("is kept by the process at work, where another puts it", async () => {
    using given = givenCompany(FILES);
    await using host = await openCompany(given.folder);
    const digest = await put(given);
    expect(host.artifact({ digest })).toMatchObject({
      isFile: true,
      value: { name: "picture.png" },
    });
  });
});

/** A company at work, some time from now, until that is so. */
async function swept(given: Given, laterMs: number, until: () => boolean): Promise<void> {
  await using _company = await openCompany(given.folder, {
    clock: { ...systemClock, now: () => Date.now() + laterMs },
  });
  await expect.poll(until, { timeout: 60_000 }).toBe(true);
}
