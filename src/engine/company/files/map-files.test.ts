import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeFiles } from "../../../../test/given/folder.ts";
import { readWorkMap } from "../../../core/map/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { readChannels } from "../../notify/index.ts";
import { digestOf } from "../../runtime/index.ts";
import { readAgentFiles } from "./agent-files.ts";
import { hasMap, mapFilesIn } from "./map-files.ts";
import { readPeopleFile } from "./people-file.ts";
import { takeIn } from "./workflow-file.ts";
import { zoneIn } from "./zone-in.ts";

const FILES: Readonly<Record<string, string>> = {
  "map.yaml": `muster: 1
company: Harbour
systems: { mail: { kind: mail, url: smtp://localhost, from: desk@harbour.example }, tables: { kind: table } }
tools:
  reply.send: { system: mail, level: external, effects: idempotent, to: "{to}", subject: Hello, template: reply.md, writes: mail, args: { to: string } }
  route.ask: { system: tables, level: reference, table: route, args: { amount: number } }
agents: { clerk: { may: { level: external, tools: [reply.send, route.ask] } } }
rules:
  asked: { when: { action.tool: reply.send }, then: { approve: boss }, because: Somebody reads it. }
approvals: { boss: { from: { role: manager }, due: 4 working hours } }
exceptions: { owner: mei }
channels: { desk: { type: email, recipients: [mei] } }
`,
  "people.yaml": "people: { mei: { roles: manager, email: mei@harbour.example } }\n",
  "calendar.yaml": "zone: Asia/Hong_Kong\nhours: { weekdays: 9:00-18:00 }\n",
  "channels.yaml": "muster: 1\nchannels: { ops: { type: webhook, url: https://ops.example } }\n",
  "tables/route.yaml":
    'table: route\ninputs: { amount: args.amount }\noutputs: [to]\nrows: [{ amount: "> 5", to: a }, { id: else, to: b }]\n',
  "templates/reply.md": "Hello.\n",
};

function given(): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "muster-map-files-"));
  writeFiles(folder, FILES);
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

function problemsIn(folder: string): readonly Problem[] {
  const surroundings = { digest: digestOf, agents: null, workflows: {} };
  const { problems } = readWorkMap(mapFilesIn(folder), surroundings);
  return [...problems, ...readChannels(folder).problems];
}

function errorsIn(folder: string): readonly string[] {
  return problemsIn(folder)
    .filter(({ severity }) => severity !== "warning")
    .map(
      ({ where, message, mend }) =>
        `${where?.file}:${where?.line}:${where?.column} ${message}${mend ? "" : " NO MEND"}`,
    );
}

type Fault = readonly [is: RegExp, place: string, make: (path: string, text: string) => void];

const write =
  (what: string | Buffer): Fault[2] =>
  (path) =>
    writeFileSync(path, what);

/** What may stand in the place of any file. */
const FAULTS: Readonly<Record<string, Fault>> = {
  "a folder": [/is a folder, and a file is wanted/, "1:1", (path) => mkdirSync(path)],
  "a pipe": [/is a pipe or a device/, "1:1", (path) => execFileSync("mkfifo", [path])],
  "a link to itself": [
    /is a link that leads back to itself/,
    "1:1",
    (path) => symlinkSync(basename(path), path),
  ],
  "a link to nothing": [
    /is a link to a file that is not there/,
    "1:1",
    (path) => symlinkSync("gone", path),
  ],
  "ten megabytes": [/has 10000000 bytes; the most is/, "1:1", write("x".repeat(10_000_000))],
  "a program": [/is no text: a byte of it is zero/, "2:3", write(Buffer.from("a\n\x7fE\0L"))],
  "UTF-16": [/is written in UTF-16/, "1:1", write(Buffer.from("\ufeffa: b", "utf16le"))],
  "Latin 1": [/is no text in UTF-8/, "2:7", write(Buffer.from("a: 1\nx: caf\xe9\n", "latin1"))],
};

/** What may stand in a file that is read as YAML. */
const TEXTS: Readonly<Record<string, Fault>> = {
  nothing: [/here stands nothing|is no map/, "1:1", write("")],
  "a comment": [/here stands nothing|is no map/, "1:1", write("# later\n")],
  "one word": [/here stands "hello"|is no map/, "1:1", write("hello\n")],
  tabs: [/Tabs are not allowed/, "2:1", write("a:\n\t- b\n")],
  "a bracket too few": [/This is not YAML/, "2:1", write("a: [1, 2\nb: 3\n")],
  "rather deep": [
    /is nested deeper than 64/,
    "1:68",
    write(`a: ${"[".repeat(100)}`.padEnd(203, "]")),
  ],
};

/** What takes long to be refused; all files are read in the same way. */
const HEAVY: Readonly<Record<string, Fault>> = {
  "too deep": [/nested too deep/, "1:1", write("[".repeat(5_000))],
  "twelve thousand aliases of ten values": [
    /holds more than 100000 values/,
    "1:10",
    write(`a: &a [x,x,x,x,x,x,x,x,x,x]\nb:\n${"- *a\n".repeat(12_000)}`),
  ],
  "two million characters": [
    /has 2100005 characters; the most is/,
    "1:1",
    write(`a: [${"x, ".repeat(700_000)}]`),
  ],
};

describe("a file of a company that cannot be read", () => {
  test("none of those that these tests begin with is wrong", () => {
    using company = given();
    expect(errorsIn(company.folder)).toEqual([]);
  });

  for (const file of Object.keys(FILES))
    for (const [what, [is, place, make]] of Object.entries({
      ...FAULTS,
      ...(file.endsWith(".yaml") ? TEXTS : {}),
      ...(file === "map.yaml" ? HEAVY : {}),
    }))
      test(`${file}, ${what}: one sentence says what, where and the mend`, () => {
        using company = given();
        const path = join(company.folder, file);
        const text = readFileSync(path, "utf8");
        rmSync(path);
        make(path, text);
        const told = errorsIn(company.folder);
        expect(told).toHaveLength(1);
        expect(told[0]).toMatch(is);
        expect(told[0]).toMatch(new RegExp(`^${file}:${place} `));
        expect(told[0]).not.toContain("NO MEND");
      });

  for (const file of Object.keys(FILES))
    test(`${file} with the ends of lines and the mark that Windows writes is read as it is`, () => {
      using company = given();
      const path = join(company.folder, file);
      const before = problemsIn(company.folder);
      writeFileSync(path, `\ufeff${readFileSync(path, "utf8").replaceAll("\n", "\r\n")}`);
      expect(problemsIn(company.folder)).toEqual(before);
    });

  for (const file of ["map.yaml", "people.yaml", "channels.yaml", "tables/route.yaml"])
    test(`${file} with a key twice says so once, at the second, and nothing of what it left out`, () => {
      using company = given();
      const path = join(company.folder, file);
      const text = readFileSync(path, "utf8");
      const key = { "map.yaml": "tools", "tables/route.yaml": "rows" }[file] ?? "people";
      const twice = text.includes(`${key}:`) ? key : "channels";
      writeFileSync(path, `${text}${twice}: {}\n`);
      const lines = text.split("\n").length;
      expect(errorsIn(company.folder)).toEqual([
        `${file}:${lines}:1 The key "${twice}" stands here twice.`,
      ]);
    });

  test("anchors and merges are read, each at its place", () => {
    using company = given();
    const text = FILES["map.yaml"] ?? "";
    const merged = text
      .replace("route.ask: {", "route.ask: &ask {")
      .replace("agents:", "  route.again: { <<: *ask, level: record, table: rout }\nagents:");
    writeFileSync(join(company.folder, "map.yaml"), merged);
    expect(errorsIn(company.folder)).toEqual([
      expect.stringMatching(/^map\.yaml:7:\d+ There is no table "rout" in the folder tables\./),
    ]);
  });

  test.skipIf(process.getuid?.() === 0)("one that this user may not read is told as that", () => {
    using company = given();
    chmodSync(join(company.folder, "map.yaml"), 0o000);
    expect(errorsIn(company.folder)).toEqual([
      "map.yaml:1:1 map.yaml may not be read by this user.",
    ]);
  });

  test("a map that cannot be read is a map all the same: nothing runs as if there were none", () => {
    using company = given();
    const path = join(company.folder, "map.yaml");
    for (const make of [mkdirSync, (at: string) => symlinkSync("gone", at)]) {
      rmSync(path, { recursive: true });
      expect(hasMap(company.folder)).toBe(false);
      make(path);
      expect(hasMap(company.folder)).toBe(true);
      expect(mapFilesIn(company.folder).length).toBeGreaterThan(0);
    }
  });

  test("a secret that stands in a channel or a system is warned of, at its place", () => {
    using company = given();
    const write = (file: string, text: string): void =>
      writeFileSync(join(company.folder, file), text);
    write(
      "channels.yaml",
      `muster: 1
channels:
  slack: { type: slack, webhook: https://hooks.slack.com/services/T0/B0/x }
  hook: { type: webhook, url: https://ops.example, secret: open sesame }
  mail: { type: email, smtp: "smtp://desk:sesame@mail.example:587" }
  good: { type: webhook, url: $env.OPS, secret: $env.OPS_SECRET }
`,
    );
    const text = FILES["map.yaml"] ?? "";
    write("map.yaml", text.replace("smtp://localhost", "smtp://desk:sesame@mail.example"));
    const told = problemsIn(company.folder).filter(({ message }) => message.includes("stands in"));
    expect(told.map(({ where }) => `${where?.file}:${where?.line}:${where?.column}`)).toEqual([
      "map.yaml:3:37",
      "channels.yaml:3:34",
      "channels.yaml:4:60",
      "channels.yaml:5:30",
    ]);
    expect(
      told.every(({ severity, mend }) => severity === "warning" && mend?.includes("$env.")),
    ).toBe(true);
    expect(JSON.stringify(told)).not.toContain("sesame");
  });

  test("a template without words is warned of", () => {
    using company = given();
    writeFileSync(join(company.folder, "templates/reply.md"), "\n");
    expect(problemsIn(company.folder).map(({ message }) => message)).toContain(
      "templates/reply.md is empty: a tool that takes its words from there says nothing.",
    );
  });

  test("also of an agent, a workflow, the people and the calendar, each by itself", async () => {
    using company = given();
    for (const file of ["agents/clerk.yaml", "workflows/close.yaml"])
      mkdirSync(join(company.folder, file), { recursive: true });
    for (const file of ["people.yaml", "calendar.yaml"]) {
      rmSync(join(company.folder, file));
      mkdirSync(join(company.folder, file));
    }
    const { problems } = readAgentFiles(company.folder);
    expect(problems.get("agents/clerk.yaml")?.map(({ message }) => message)).toEqual([
      "agents/clerk.yaml is a folder, and a file is wanted.",
    ]);
    const file = "workflows/close.yaml";
    expect(await takeIn(join(company.folder, file), file)).toMatchObject({
      problem: { message: "workflows/close.yaml is a folder, and a file is wanted." },
    });
    expect(readPeopleFile(company.folder)).toMatchObject({ people: null, problems: [{}] });
    expect(zoneIn(company.folder)).toBe("UTC");
  });
});
