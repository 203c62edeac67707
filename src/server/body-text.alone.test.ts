import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openTestCompany } from "../testing/index.ts";
import { BODY_BYTES_MOST } from "./body-text.ts";
import { serve } from "./serve.ts";

type Told = { readonly status: number | undefined; readonly body: unknown };

/** Asked over the socket as any program may ask: a body that is written in parts has no length. */
function asked(state: string, method: string, parts: readonly string[]): Promise<Told> {
  return new Promise((done, failed) => {
    const asking = request(
      { socketPath: join(state, "socket"), path: "/api/publish", method },
      (answer) => {
        json(answer).then((body) => done({ status: answer.statusCode, body }), failed);
      },
    );
    asking.on("error", failed);
    for (const part of parts) asking.write(part);
    asking.end();
  });
}

test("what is asked over the socket has a body whose length nobody said, or none, and is answered as any", async () => {
  const state = mkdtempSync(join(tmpdir(), "muster-body-"));
  await using company = await openTestCompany({});
  const served = await serve(state, company);
  try {
    const event = JSON.stringify({ event: "Zahlung für 🚲" });
    const bytes = [event.slice(0, 5), event.slice(5)];
    expect(await asked(state, "POST", bytes)).toMatchObject({ status: 200, body: { kept: true } });
    expect(await asked(state, "POST", [])).toMatchObject({
      status: 400,
      body: { code: "bad-input" },
    });
    expect(await asked(state, "DELETE", [])).toMatchObject({ status: 404 });
    const part = "x".repeat(1_000_000);
    const long = Array.from({ length: Math.ceil(BODY_BYTES_MOST / part.length) + 1 }, () => part);
    expect(await asked(state, "POST", long)).toMatchObject({
      status: 429,
      body: { code: "limit" },
    });
  } finally {
    served.close();
    rmSync(state, { recursive: true, force: true });
  }
});
