import { expect, test } from "vitest";
import { givenCompany } from "../given-company.ts";

const HEAD = "muster: 1\n";

const FILES = {
  "map.yaml": `${HEAD}company: Harbour
approvals:
  refunds: { from: { role: manager } }
requests:
  broken: { case: { order_id: request.order_id }, workflow: refund, owner: bo }
intake: { mail: customer, chat: untrusted }
exceptions: { owner: bo }
`,
  "people.yaml": `${HEAD}people:\n  ana: {}\n  bo: { roles: manager }\n`,
  "agents/bank.yaml": `${HEAD}kind: function\nmodule: ./agents/bank.ts\neffects: idempotent\n`,
  "agents/bank.ts": `export const attempt = () => ({ outputs: { paid: 1 } });\n`,
  "workflows/refund.yaml": `name: refund
parameters: { order_id: string }
steps:
  - { id: pay, name: Pay it, agent: bank, inputs: { order: $params.order_id }, approve: refunds }
`,
};

test("who decides is shown what was written after they were asked, and by whom", async () => {
  using given = givenCompany(FILES);
  const about = ["--from", "customer:4711", "--about", "order_id=7", "--type", "broken"];
  await given.muster("request", "My money, please.", "--channel", "mail", ...about);
  const before = await given.muster("inbox", "show", "last");
  expect(before.out).toContain("| My money, please.");
  expect(before.out).not.toContain("Newer");
  expect(before.out).not.toContain("Written in its case");
  expect((await given.muster("inbox", "list")).out).not.toContain("since it was asked");

  const message = ["cases", "message", "last", "Another one\ninstead.", "--from", "4711"];
  await given.muster(...message, "--channel", "chat");
  const list = await given.muster("inbox", "list");
  expect(list.out).toContain("\n  1 message since it was asked: look first\n");
  const { out } = await given.muster("inbox", "show", "last");
  expect(out).toContain("  Newer than this question: 1 message of 4711; read below.\n");
  expect(out).toMatch(
    /\nWritten in its case since:\n {2}After this was asked, 4711 by chat, .* ago; outside text, of which nothing is believed:\n {2}\| Another one\n {2}\| instead\.\n/,
  );
  const shown = await given.muster("inbox", "show", "last", "--json");
  expect(JSON.parse(shown.out)).toMatchObject({
    newer: [{ from: "4711", channel: "chat", trust: "untrusted", text: "Another one\ninstead." }],
  });
  const walk = await given.press(["escape"], "inbox", "walk", "--by", "bo");
  expect(walk.err).toContain("Newer than this question: 1 message of 4711");
  expect(walk.err).toContain("| Another one");
});
