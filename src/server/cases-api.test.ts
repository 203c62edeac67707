import { expect, test } from "vitest";
import { openTestCompany } from "../testing/index.ts";
import { apiOf } from "./api.ts";

test("requests are made, cases listed, shown and told over the routes", async () => {
  const company = await openTestCompany({});
  const app = apiOf(company);
  const asked = async (path: string, body?: unknown): Promise<[number, unknown]> => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const answer = await app.request(path, init);
    return [answer.status, await answer.json()];
  };
  const request = { requester: "4711", channel: "mail", text: "Where is it?", requestId: "m-1" };
  const [status, made] = (await asked("/api/requests", request)) as [number, { case: string }];
  expect(status).toBe(201);
  expect(await asked("/api/requests", request)).toMatchObject([200, { ...made, again: true }]);
  expect(await asked("/api/requests", { ...request, text: "" })).toMatchObject([400, {}]);
  expect(await asked("/api/requests/types")).toEqual([200, { types: [] }]);
  expect(await asked("/api/cases?status=open,waiting&most=5")).toMatchObject([
    200,
    { cases: [{ case: made.case, status: "open", needs: [{ kind: "type" }] }] },
  ]);
  const note = { told: { type: "note", text: "Rang." }, by: "ana", id: "n1" };
  expect(await asked(`/api/cases/${made.case}/told`, note)).toEqual([200, { told: true }]);
  expect(await asked(`/api/cases/${made.case}`)).toMatchObject([
    200,
    { case: { notes: [{ by: "ana", text: "Rang." }] }, needs: [{ of: expect.any(String) }] },
  ]);
  const events = await asked(`/api/cases/${made.case}/events?after=1`);
  expect(events).toMatchObject([200, { events: [{ type: "request.received" }, {}, {}], next: 4 }]);
  expect(await asked("/api/cases/wf_x")).toMatchObject([404, { code: "not-found" }]);
  expect(await asked(`/api/cases/${made.case}/told`, { told: { type: "sell" } })).toMatchObject([
    400,
    {},
  ]);
  await company.close();
});
