import { expect, test } from "vitest";
import { givenCompany } from "../given-company.ts";

const FILES = {
  "workflows/order-status.yaml": "name: order-status\nsteps: [{ id: ok, gate: Well? }]\n",
};

test("a workflow whose name was typed wrongly is told with the nearest", async () => {
  using it = givenCompany(FILES);
  const { code, err } = await it.muster("run", "oder-status");
  expect(code).toBe(3);
  expect(err).toContain('Did you mean "order-status"?');
});
