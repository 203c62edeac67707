import { expect, test } from "vitest";
import { digestOf as digest } from "../../../../test/given/workflow.ts";
import { readWorkMap } from "../index.ts";

test("unannotated tool = L4: what says no level goes as far as there is, and its grant must say so", () => {
  const read = (level: string) =>
    readWorkMap(
      [
        {
          file: "map.yaml",
          text: `muster: 1
exceptions: { owner: ana }
systems: { shop: { kind: http, url: "https://shop.example" } }
tools: { status: { system: shop, path: /status } }
agents: { clerk: { may: { level: ${level}, tools: [status] } } }
`,
        },
      ],
      { digest, agents: null, workflows: null },
    );
  const { map, problems } = read("external");
  expect(map?.tools["status"]).toMatchObject({ level: "external", effects: "ask" });
  expect(problems.map(({ message }) => message)).toContain(
    'The tool "status" says no level, and counts as external.',
  );
  expect(read("record").map).toBeNull();
});
