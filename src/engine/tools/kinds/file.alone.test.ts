import { hash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { mapOf, type ToolGiven } from "../../../../test/given/work-map.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { SystemKind } from "../../../core/map/index.ts";
import { openToolbox, type Toolbox } from "../index.ts";

const never = new AbortController().signal;
const open: Toolbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((toolbox) => toolbox.close()));
});

type Given = {
  readonly kind: SystemKind;
  readonly settings: JsonObject;
  readonly files?: Readonly<Record<string, string>>;
};

function toolbox(
  folder: string,
  given: Given,
  tools: Readonly<Record<string, ToolGiven>>,
): Toolbox {
  const opened = openToolbox({ folder, environment: process.env, map: mapOf({ ...given, tools }) });
  open.push(opened);
  return opened;
}

const perform = (tools: Toolbox, tool: string, args: JsonObject) =>
  tools.perform({ tool, args, key: "wf_a:9", redact: [], bindings: null, preview: null }, never);

function files() {
  const folder = mkdtempSync(join(tmpdir(), "muster-files-"));
  mkdirSync(join(folder, "policy"));
  writeFileSync(join(folder, "policy", "returns.md"), "# Returns\nWithin 30 days.\n");
  writeFileSync(join(folder, "policy", "rates.json"), '{"hk": 1}');
  writeFileSync(join(folder, "policy", "log.csv"), 'id,note\n1,"a, b"\n');
  writeFileSync(join(folder, "secret.txt"), "hunter2");
  symlinkSync(join(folder, "secret.txt"), join(folder, "policy", "link.txt"));
  symlinkSync(folder, join(folder, "policy", "up"));
  const takes = { name: {}, words: {}, id: {}, note: {}, query: {} };
  const reads = { takes, reads: { entity: "policy", fields: null } };
  const writes = { takes, writes: "policy" };
  const tools = toolbox(
    folder,
    { kind: "file", settings: { folder: "./policy" } },
    {
      read: { operation: { file: "{name}" }, ...reads },
      deep: { operation: { file: "up/{name}" }, ...reads },
      list: { operation: { file: ".", action: "list" }, ...reads },
      search: { operation: { file: ".", action: "search" }, ...reads },
      write: { operation: { file: "{name}", action: "write", content: "$args.words" }, ...writes },
      append: { operation: { file: "{name}", action: "append", content: "- {words}" }, ...writes },
      row: { operation: { file: "log.csv", action: "append" }, ...writes },
    },
  );
  return {
    folder,
    tools,
    at: (file: string) => readFileSync(join(folder, "policy", file), "utf8"),
  };
}

describe("a tool of a folder", () => {
  test("reads documents, JSON and CSV, lists them and looks through them", async () => {
    const { tools } = files();
    const read = async (tool: string, args: JsonObject) => {
      const answer = await perform(tools, tool, args);
      return answer.outcome === "ok" ? answer.result : answer.error.message;
    };
    expect(await read("read", { name: "returns.md" })).toBe("# Returns\nWithin 30 days.\n");
    expect(await read("read", { name: "rates.json" })).toEqual({ hk: 1 });
    expect(await read("read", { name: "log.csv" })).toEqual([{ id: "1", note: "a, b" }]);
    expect(await read("read", { name: "none.md" })).toBe(null);
    expect(await read("list", {})).toEqual([
      { file: "log.csv", bytes: 17 },
      { file: "rates.json", bytes: 9 },
      { file: "returns.md", bytes: 26 },
    ]);
    expect(await read("search", { query: "30 DAYS" })).toEqual([
      { file: "returns.md", line: 2, text: "Within 30 days." },
    ]);
  });

  test("writes, and adds lines and rows", async () => {
    const { tools, at } = files();
    const shown = await tools.preview(
      { tool: "write", args: { name: "returns.md", words: "new" } },
      never,
    );
    expect(shown).toMatchObject({ before: "# Returns\nWithin 30 days.\n", after: "new" });
    await perform(tools, "write", { name: "returns.md", words: "new" });
    await perform(tools, "append", { name: "returns.md", words: "$(more)" });
    expect(at("returns.md")).toBe("new\n- $(more)\n");
    expect(await perform(tools, "row", { id: "2", note: 'say "x"\n=cmd()' })).toMatchObject({
      outcome: "ok",
    });
    expect(at("log.csv")).toBe('id,note\n1,"a, b"\n2,"say ""x""\n=cmd()"\n');
    expect(await perform(tools, "row", { id: "3", words: "stray" })).toMatchObject({
      outcome: "failed",
      error: { message: expect.stringContaining('no column "words"') },
    });
  });

  test.each(["../secret.txt", "..", "/etc/passwd", "link.txt", "a\0b", "x/y"])(
    "%j leads nowhere out of the folder",
    async (name) => {
      const { tools, folder } = files();
      for (const tool of ["read", "write", "append"])
        expect(await perform(tools, tool, { name, words: "x" })).toMatchObject({
          outcome: "failed",
          certain: true,
          error: { kind: "invalid_input_data" },
        });
      expect(readFileSync(join(folder, "secret.txt"), "utf8")).toBe("hunter2");
    },
  );

  test("nor does a link on the way", async () => {
    const { tools } = files();
    expect(await perform(tools, "deep", { name: "secret.txt" })).toMatchObject({
      outcome: "failed",
      error: { kind: "invalid_input_data", message: expect.stringContaining("out of its folder") },
    });
  });
});

describe("a tool of a module or a program", () => {
  const digest = (text: string) => `sha256:${hash("sha256", text)}`;

  test("is out of use when its file is another than the one that was published", async () => {
    const folder = mkdtempSync(join(tmpdir(), "muster-module-"));
    const text = "export const look = () => ({ a: 1 });";
    writeFileSync(join(folder, "shop.mjs"), text);
    const given: Given = {
      kind: "function",
      settings: { module: "./shop.mjs" },
      files: { "shop.mjs": digest(text) },
    };
    const tools = toolbox(folder, given, { look: { operation: { run: "look" } } });
    expect(await perform(tools, "look", {})).toMatchObject({ outcome: "ok", result: { a: 1 } });
    writeFileSync(join(folder, "shop.mjs"), `${text} // changed`);
    expect(await perform(tools, "look", {})).toMatchObject({
      outcome: "failed",
      certain: true,
      error: { message: expect.stringContaining("was changed since the map was published") },
    });
  });

  test("one that throws, never answers or gives no JSON leaves a write unknown", async () => {
    const folder = mkdtempSync(join(tmpdir(), "muster-module-"));
    writeFileSync(
      join(folder, "shop.mjs"),
      `export const throws = () => { throw new TypeError("x is not a function"); };
       export const hangs = () => new Promise(() => {});
       export const odd = () => ({ when: new Map() });
       export const kept = (args) => { args.a.push(2); return args; };`,
    );
    const write = (run: string): ToolGiven => ({
      operation: { run },
      takes: { a: {} },
      writes: "orders",
      limits: { timeoutMs: 200 },
    });
    const tools = toolbox(
      folder,
      { kind: "function", settings: { module: "./shop.mjs" } },
      {
        throws: write("throws"),
        hangs: write("hangs"),
        odd: write("odd"),
        kept: write("kept"),
        none: write("none"),
      },
    );
    expect(await perform(tools, "throws", {})).toMatchObject({
      outcome: "unknown",
      error: { message: expect.stringContaining("TypeError: x is not a function") },
    });
    expect(await perform(tools, "hangs", {})).toMatchObject({ outcome: "unknown" });
    expect(await perform(tools, "odd", {})).toMatchObject({ outcome: "unknown" });
    const a = [1];
    expect(await perform(tools, "kept", { a })).toMatchObject({ outcome: "ok" });
    expect(a).toEqual([1]);
    expect(await perform(tools, "none", {})).toMatchObject({
      outcome: "failed",
      certain: true,
      error: { message: expect.stringContaining("exports no function") },
    });
  });

  test("what an agent gives stands in no word of a command, and is read from its input", async () => {
    const folder = mkdtempSync(join(tmpdir(), "muster-program-"));
    writeFileSync(
      join(folder, "say.mjs"),
      `let text = ""; for await (const chunk of process.stdin) text += chunk;
       console.log(JSON.stringify({ words: process.argv.slice(2), told: JSON.parse(text), env: process.env }));`,
    );
    const tools = toolbox(
      folder,
      { kind: "command", settings: { command: ["node", "./say.mjs"], env: ["HOME"] } },
      {
        say: { operation: { run: "now" }, takes: { a: {} } },
        sly: { operation: { run: ["--{a}"] }, takes: { a: {} } },
        fails: { operation: { run: "x", input: "no json" }, takes: {}, writes: "orders" },
      },
    );
    expect(await perform(tools, "say", { a: "; rm -rf /" })).toMatchObject({
      result: {
        words: ["now"],
        told: { tool: "say", args: { a: "; rm -rf /" }, key: "wf_a:9" },
        env: { HOME: expect.any(String) },
      },
    });
    expect(await perform(tools, "sly", { a: "x" })).toMatchObject({
      outcome: "failed",
      error: { message: expect.stringContaining("into a word of the command") },
    });
    expect(await perform(tools, "fails", {})).toMatchObject({
      outcome: "unknown",
      error: { message: expect.stringContaining("exit code 1") },
    });
  });
});
