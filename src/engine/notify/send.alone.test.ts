import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { send } from "./send.ts";

test("a channel that refuses without end is heard a little of, and let go", async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(503);
    const go = (): void => {
      while (!response.destroyed && response.write("no ".repeat(10_000)));
    };
    response.on("drain", go);
    response.on("close", () => server.close());
    go();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const body = { event: "failed", text: "It failed." };
  const closed = once(server, "close");
  const sent = await send(
    { to: "webhook", url, secret: null, format: "text" } as Parameters<typeof send>[0],
    { id: "1", body } as Parameters<typeof send>[1],
    AbortSignal.timeout(60_000),
  );
  expect(sent).toMatchObject({ ok: false, again: true });
  expect(sent.ok ? "" : sent.why).toMatch(/^It was answered with 503: (no ){60,70}no?\.$/);
  await closed;
});
