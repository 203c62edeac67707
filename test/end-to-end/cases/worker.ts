/** Makes so many requests, each twice at once, answers each case, and ends when all are closed. */
import { writeSync } from "node:fs";
import type { RequestGiven } from "../../../src/engine/company/index.ts";
import { openCompany } from "../../../src/index.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
process.chdir(folder);
const company = await openCompany(folder, {
  trouble: ({ message }) => void writeSync(2, `${message}\n`),
});
writeSync(1, "begun\n");
const orders = Array.from({ length: Number(count) }, (_, at) => `${at}`);
await Promise.all(
  orders.map(async (order) => {
    const about = { order_id: order };
    const given: RequestGiven = { requester: "4711", channel: "form", text: "Pay!", about };
    const [made] = await Promise.all(
      [1, 2].map(() => company.request({ ...given, type: "refund", requestId: `order ${order}` })),
    );
    if (made?.case == null) throw new Error(JSON.stringify(made));
    const text = `pay-${order}`;
    const words = { requester: "4711", channel: "form", text, id: `answer ${order}` };
    const problems = await company.tellCase(made.case, { type: "message", ...words });
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  }),
);
writeSync(1, "told\n");
while (company.cases({ most: 1_000 }).some(({ status }) => status !== "closed")) {
  const stuck = company
    .cases({ status: ["open"] })
    .filter(({ needs }) => needs[0]?.kind === "issue");
  if (stuck.length > 0) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
writeSync(1, "done\n");
await company.close();
