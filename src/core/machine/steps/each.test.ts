import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../../test/given/run.ts";

const MAILS = `
  parameters: { people: [ana, ben, cleo], most: 0 }
  steps:
    - { id: mail, each: $params.people, agent: mailer, inputs: { to: $item, number: $index }, outputs: { id: string } }
    - { id: report, agent: writer, inputs: { ids: $mail.id, items: $mail.items } }
`;

const tolerating = (tolerate: string, count: number): Given =>
  given(
    `
    steps:
      - { id: mail, each: ${JSON.stringify(Array.from({ length: count }, (_, at) => at))}, agent: mailer, tolerate: ${tolerate} }
    `,
    { agents: { mailer: "pure" } },
  ).start();

describe("an each", () => {
  test("gives its outputs in the order of the items, whoever ends first", () => {
    const run = given(MAILS).start({ people: ["ana", "ben", "cleo"] });
    for (const at of [2, 0, 1]) run.does(`mail[${at}]`, { id: `mail ${at}` });
    const { inputs } = run.asked("report");
    expect(inputs["ids"]).toEqual(["mail 0", "mail 1", "mail 2"]);
    expect(inputs["items"]).toEqual(Array(3).fill({ status: "completed" }));
  });

  test("gives each body its item and its number", () => {
    const run = given(MAILS).start({ people: ["ana", "ben"] });
    expect(run.asked("mail[1]").inputs).toEqual({ to: "ben", number: 1 });
  });

  test("with a batch hands so many items at a time, and gathers what each batch gave", () => {
    const run = given(`
      parameters: { people: [a, b, c, d, e] }
      steps:
        - { id: mail, each: $params.people, batch: 2, agent: mailer, inputs: { to: $item, n: $index }, outputs: { ids: "string[]" } }
        - { id: report, agent: writer, inputs: { ids: $mail.ids.flatten() } }
    `).start({ people: ["a", "b", "c", "d", "e"] });
    expect([0, 1, 2].map((at) => run.asked(`mail[${at}]`).inputs)).toEqual([
      { to: ["a", "b"], n: 0 },
      { to: ["c", "d"], n: 1 },
      { to: ["e"], n: 2 },
    ]);
    run.does("mail[0]", { ids: ["1", "2"] });
    run.does("mail[1]", { ids: ["3", "4"] });
    run.does("mail[2]", { ids: ["5"] });
    expect(run.asked("report").inputs).toEqual({ ids: ["1", "2", "3", "4", "5"] });
  });

  test("of a sample goes through the first items, and leaves the others out", () => {
    const run = given(`
      execution_config: { sample: 1 }
      parameters: { people: [a, b, c] }
      steps:
        - { id: mail, each: $params.people, agent: mailer, inputs: { to: $item } }
    `).start({ people: ["a", "b", "c"] });
    expect(run.inFlight()).toEqual(["mail[0]"]);
    run.does("mail[0]");
    expect(run.status()).toBe("completed");
  });

  test("over no items ends at once", () => {
    const run = given(MAILS).start({ people: [] });
    expect(run.ended("mail")).toBe("completed");
    expect(run.asked("report").inputs).toEqual({ ids: [], items: [] });
  });

  test("over no items gives its own outputs, and not those of another over none", () => {
    const run = given(`
      steps:
        - { id: mail, each: [], agent: mailer, outputs: { id: string } }
        - { id: bill, each: [], agent: biller, outputs: { number: string } }
        - { id: report, agent: writer, inputs: { ids: $mail.id, numbers: $bill.number } }
    `).start();
    expect(run.asked("report").inputs).toEqual({ ids: [], numbers: [] });
  });

  test("over what a skipped step did not give has nothing to do", () => {
    const run = given(`
      steps:
        - { id: load, agent: loader, when: "false", outputs: { rows: "string[]" } }
        - { id: mail, each: $load.rows, agent: mailer }
    `).start();
    expect([run.ended("load"), run.ended("mail"), run.status()]).toEqual([
      "skipped",
      "completed",
      "completed",
    ]);
  });

  test("over what is no list fails, and says which", () => {
    const run = given(`
      steps:
        - { id: load, agent: loader, outputs: { rows: any } }
        - { id: mail, name: Mail people, each: $load.rows, agent: mailer }
    `).start();
    run.does("load", { rows: "ana" });
    expect(run.status()).toBe("failed");
    expect(run.run().error?.message).toBe(
      '"each" of "Mail people" cannot be gone through: a list is needed, and this gives "ana".',
    );
  });

  test("fails with the item that is one too many, and stops the others", () => {
    const run = tolerating("1", 4);
    run.fails("mail[0]", "invalid_input_data");
    expect(run.status()).toBe("running");
    run.fails("mail[2]", "invalid_input_data");
    expect(run.status()).toBe("failed");
    expect(run.ended("mail[3]")).toBe("cancelled");
    expect(run.run().error).toMatchObject({
      kind: "too_many_failed",
      message: expect.stringContaining("2 of 4 items failed, 1 may"),
    });
  });

  test("with failures that are tolerated is degraded, and its outputs have holes", () => {
    const run = given(
      `
      steps:
        - { id: mail, each: [1, 2], agent: mailer, tolerate: 50%, outputs: { id: string } }
        - { id: report, agent: writer, inputs: { ids: $mail.id, items: $mail.items } }
      `,
      { agents: { mailer: "pure" } },
    ).start();
    run.fails("mail[0]", "invalid_input_data");
    run.does("mail[1]", { id: "two" });
    expect(run.ended("mail")).toBe("degraded");
    expect(run.asked("report").inputs).toEqual({
      ids: [null, "two"],
      items: [
        { status: "failed", error: "It failed: invalid_input_data." },
        { status: "completed" },
      ],
    });
  });

  test("tolerates exactly the share it was told to, of any number of items", () => {
    assert(
      property(integer({ min: 0, max: 99 }), integer({ min: 1, max: 12 }), (share, count) => {
        const run = tolerating(`"${share}%"`, count);
        const may = Math.floor((share * count) / 100);
        for (let at = 0; at < may; at++) run.fails(`mail[${at}]`, "invalid_input_data");
        expect(run.ended("mail[0]") === "failed" || may === 0).toBe(true);
        expect(run.status()).toBe("running");
        run.fails(`mail[${may}]`, "invalid_input_data");
        expect(run.status()).toBe("failed");
      }),
      { examples: [[29, 100]], numRuns: 50 },
    );
  });

  test("has one body of several steps, each knowing the item and what came before it in that item", () => {
    const run = given(`
      steps:
        - id: onboard
          each: [ana, ben]
          steps:
            - { id: tenant, agent: maker, inputs: { name: $item }, outputs: { id: string } }
            - { id: welcome, agent: mailer, inputs: { name: $item, tenant: $tenant.id }, outputs: { mail: string } }
        - { id: report, agent: writer, inputs: { ids: $onboard.id, mails: $onboard.mail } }
    `).start();
    run.does("onboard[1]/tenant", { id: "t-ben" });
    run.does("onboard[0]/tenant", { id: "t-ana" });
    expect(run.asked("onboard[1]/welcome").inputs).toEqual({ name: "ben", tenant: "t-ben" });
    run.does("onboard[0]/welcome", { mail: "m-ana" });
    run.does("onboard[1]/welcome", { mail: "m-ben" });
    expect(run.asked("report").inputs).toEqual({
      ids: ["t-ana", "t-ben"],
      mails: ["m-ana", "m-ben"],
    });
  });

  test("in an each gives lists of lists", () => {
    const run = given(`
      steps:
        - id: teams
          each: [[a, b], [c]]
          steps:
            - { id: mail, each: $item, agent: mailer, inputs: { to: $item } }
        - { id: report, agent: writer, inputs: { all: $teams.sent } }
    `).start();
    for (const path of run.inFlight())
      run.does(path, { sent: run.asked(path).inputs["to"] ?? null });
    expect(run.asked("report").inputs["all"]).toEqual([["a", "b"], ["c"]]);
  });

  test("of several steps gives empty lists where there are no items", () => {
    const run = given(`
      steps:
        - { id: onboard, each: [], steps: [{ id: tenant, agent: maker, outputs: { id: string } }] }
        - { id: report, agent: writer, inputs: { ids: $onboard.id } }
    `).start();
    expect(run.asked("report").inputs).toEqual({ ids: [] });
  });

  test("that is a branch gives its lists to the choose", () => {
    const run = given(`
      steps:
        - id: mails
          choose: [{ when: "true", id: all, each: [1, 2], agent: mailer, outputs: { sent: string } }]
        - { id: report, agent: writer, inputs: { sent: $mails.sent } }
    `).start();
    for (const path of run.inFlight()) run.does(path, { sent: path });
    expect(run.asked("report").inputs).toEqual({ sent: ["mails/all[0]", "mails/all[1]"] });
  });

  test("leaves out the items whose condition does not hold", () => {
    const run = given(`
      steps:
        - { id: mail, each: [1, 2, 3], when: item > 1, agent: mailer }
    `).start();
    expect(run.inFlight()).toEqual(["mail[1]", "mail[2]"]);
    expect(run.ended("mail[0]")).toBe("skipped");
  });
});
