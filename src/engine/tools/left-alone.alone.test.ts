import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import { mapOf } from "../../../test/given/work-map.ts";
import type { BreakerDefinition } from "../../core/definition/index.ts";
import { openToolbox, type Toolbox } from "./index.ts";

const boxes: Toolbox[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(boxes.splice(0).map((toolbox) => toolbox.close()));
  for (const server of servers.splice(0)) server.close();
});

const BREAKER: BreakerDefinition = { failures: 3, windowMs: 60_000, pauseMs: 30_000 };

/** A real interface, which answers with the status that it is told to, and a clock that goes when it is told to. */
async function far(breaker?: BreakerDefinition | null) {
  const world = { status: 200, asked: 0, at: Date.parse("2026-03-02T01:05:00Z") };
  const server = createServer((_request, response) => {
    world.asked += 1;
    response.writeHead(world.status, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: "7" }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tools = {
    "order.read": { operation: { path: "/order" }, reads: { entity: "orders", fields: null } },
    "order.mark": { operation: { method: "POST", path: "/order" }, writes: "orders" },
  };
  const map = mapOf({ kind: "http", settings: { url }, tools });
  const system = map.systems["far"];
  if (system === undefined) throw new Error("There is no system.");
  const toolbox = openToolbox({
    folder: tmpdir(),
    map: {
      ...map,
      systems: { far: { ...system, ...(breaker === undefined ? {} : { breaker }) } },
      calendar: { ...map.calendar, zone: "Asia/Hong_Kong" },
    },
    now: () => world.at,
  });
  boxes.push(toolbox);
  const use = (tool: keyof typeof tools, isRepeat = false) =>
    toolbox.perform(
      { tool, args: {}, key: "wf_a:7", redact: [], bindings: null, preview: null, isRepeat },
      new AbortController().signal,
    );
  const fails = async (times: number): Promise<void> => {
    world.status = 500;
    for (let n = 0; n < times; n++) await use("order.read");
  };
  return { world, toolbox, use, fails };
}

describe("a system that fails again and again", () => {
  test("is asked nothing for a while: uses fail at once, certainly, and say until when", async () => {
    const { world, toolbox, use, fails } = await far(BREAKER);
    await fails(3);
    world.status = 200;
    const until =
      "is asked nothing until 2026-03-02 09:05:30 Asia/Hong_Kong: it failed 3 times in a short while, at last so: ";
    expect(await use("order.mark")).toEqual({
      outcome: "failed",
      certain: true,
      error: {
        class: "transient",
        kind: "tool_unavailable",
        message: expect.stringContaining(`The system "far" ${until}`),
        retryAfterMs: 30_000,
      },
    });
    expect(world.asked).toBe(3);
    expect(toolbox.leftAlone("far")).toContain(until);
    const [health] = await toolbox.health();
    expect(health?.fault).toContain(until);
  });

  test("is tried once after the pause: well, it is asked as before; badly, it is left alone for longer", async () => {
    const { world, toolbox, use, fails } = await far(BREAKER);
    await fails(3);
    world.at += 30_000;
    await fails(1);
    expect(world.asked).toBe(4);
    expect(toolbox.leftAlone("far")).toContain("09:06:30");
    world.at += 60_000;
    world.status = 200;
    const both = await Promise.all([use("order.read"), use("order.read")]);
    expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(["failed", "ok"]);
    expect((await use("order.read")).outcome).toBe("ok");
    expect(toolbox.leftAlone("far")).toBe(null);
    expect(await toolbox.health()).toEqual([{ system: "far", fault: null }]);
  });

  test.each([
    [404, "says no"],
    [429, "was asked too often"],
  ])("is not one that answers with %s: it %s", async (status) => {
    const { world, use } = await far(BREAKER);
    world.status = status;
    for (let n = 0; n < 5; n++) await use("order.read");
    expect(world.asked).toBe(5);
  });

  test("is asked on where its map says false, and left alone after five times where it says nothing", async () => {
    const never = await far(null);
    await never.fails(8);
    expect(never.world.asked).toBe(8);
    const usual = await far();
    await usual.fails(8);
    expect(usual.world.asked).toBe(5);
  });

  test("leaves what is repeated in doubt: it may have heard the call before", async () => {
    const { use, fails } = await far(BREAKER);
    await fails(3);
    expect(await use("order.mark", true)).toMatchObject({ outcome: "unknown" });
  });
});
