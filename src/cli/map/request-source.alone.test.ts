import { expect, test } from "vitest";
import { givenCompany } from "../given-company.ts";

const HEAD = "muster: 1\n";

const MAP = `${HEAD}company: Harbour
systems:
  desk: { kind: file, folder: ./desk }
tools:
  letter.hang:
    system: desk
    level: record
    effects: idempotent
    action: write
    file: "{order}.txt"
    content: Sorry.
    args: { order: string }
    writes: letters
agents:
  support: { may: { level: record, tools: [letter.hang] } }
rules:
  dear:
    when: { request.source: management }
    then: { approve: desk }
    because: Whoever manages asks for it.
approvals:
  desk: { from: { people: [bo] } }
requests:
  broken: { case: { order_id: request.order_id }, workflow: serve, owner: bo }
facts: { request: { order_id: string } }
intake: { mail: customer, desk: staff }
exceptions: { owner: bo }
`;

const FILES = {
  "map.yaml": MAP,
  "people.yaml": `${HEAD}people:\n  ana: {}\n  bo: {}\n`,
  "desk/README.txt": "Letters lie here.\n",
  "workflows/serve.yaml": `name: serve
parameters: { order_id: string }
steps:
  - { id: serve, tool: letter.hang, as: support, inputs: { order: $params.order_id } }
`,
};

test("a rule reads where a request came from, as far as its channel is believed", async () => {
  using given = givenCompany(FILES);
  expect((await given.muster("map", "check")).code).toBe(0);
  let order = 0;
  const asks = async (from: string, channel: string): Promise<string> => {
    order += 1;
    const about = ["--about", `order_id=${order}`, "--type", "broken"];
    await given.muster("request", "It broke.", "--from", from, "--channel", channel, ...about);
    const { out } = await given.muster("inbox", "show", "last");
    await given.muster("inbox", "reject", "last", "--why", "No.", "--by", "bo");
    return out;
  };
  expect(await asks("customer:4711", "mail")).toBe("");
  expect(await asks("staff:ana", "desk")).toBe("");
  expect(await asks("management:dora", "desk")).toContain("(rule dear)");
  // Who writes from outside cannot say that they manage; nobody knows, and the stricter way is taken.
  expect(await asks("management:dora", "mail")).toContain("of which not enough is known");
});

test("a source that there is not is told when the map is checked", async () => {
  using given = givenCompany({ ...FILES, "map.yaml": MAP.replace(": management", ": managers") });
  const { code, out } = await given.muster("map", "check");
  expect(code).toBe(2);
  expect(out).toMatch(
    /map\.yaml:19:\d+ {2}"managers" is not one of customer, staff, system, management\./,
  );
});
