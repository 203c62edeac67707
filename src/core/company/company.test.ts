import { describe, expect, test } from "vitest";
import type { Envelope } from "../audit/index.ts";
import type { Digest } from "../id.ts";
import { instantOf } from "../instant.ts";
import {
  type CompanyEvent,
  type CompanyState,
  companyDraftOf,
  companyEventOf,
  evolveCompany,
  NEW_COMPANY,
  publishMap,
  type Steering,
  steer,
} from "./index.ts";

function told(...all: readonly Omit<Steering, "agent" | "why">[]): {
  readonly state: CompanyState;
  readonly types: readonly (string | null)[];
} {
  let state = NEW_COMPANY;
  const types = all.map(({ how }, at) => {
    const body = steer(state, { agent: "clerk", how, why: "It is late." });
    if (body !== null)
      state = evolveCompany(state, { ...body, seq: at + 1, at: at * 10, by: "ana" });
    return body?.type ?? null;
  });
  return { state, types };
}

describe("the company's own stream", () => {
  test("says who told an agent to take nothing new, why, and when", () => {
    const { state } = told({ how: "drain" });
    expect(state.steered).toEqual({
      clerk: { how: "drained", by: "ana", why: "It is late.", at: 0 },
    });
  });

  test("M2 what is so already changes nothing", () => {
    expect(
      told({ how: "start" }, { how: "drain" }, { how: "drain" }, { how: "stop" }, { how: "start" })
        .types,
    ).toEqual([null, "agent.drained", null, "agent.stopped", "agent.started"]);
    expect(told({ how: "drain" }, { how: "start" }).state.steered).toEqual({});
  });

  test("knows every version of the map, and the same one twice is one", () => {
    const [one, two] = ["sha256:1", "sha256:2"] as unknown as readonly [Digest, Digest];
    let state = NEW_COMPANY;
    for (const digest of [one, one, two, one]) {
      const body = publishMap(state, { digest, why: "It is better.", by: "ana" });
      const at = state.seq + 1;
      if (body !== null && "type" in body)
        state = evolveCompany(state, { ...body, seq: at, at, by: "ana" });
    }
    expect(state.maps.map(({ version, digest }) => [version, digest])).toEqual([
      [1, one],
      [2, two],
      [3, one],
    ]);
    expect(state.maps[0]).toMatchObject({ by: "ana", why: "It is better.", at: 1 });
  });

  test("lets only those publish whom the map names, and so many of them", () => {
    const [one, two] = ["sha256:1", "sha256:2"] as unknown as readonly [Digest, Digest];
    const rule = {
      roles: ["director"],
      may: (person: string) => ["wing", "mei", "bo"].includes(person),
      approvals: 3,
    };
    let state = NEW_COMPANY;
    const publish = (by: string, digest: Digest): string | null => {
      const body = publishMap(state, { digest, why: "It is better.", by }, rule);
      if (body === null || !("type" in body)) return body === null ? null : body.message;
      const seq = state.seq + 1;
      state = evolveCompany(state, { ...body, seq, at: seq, by });
      return body.type;
    };
    expect(publish("dot", one)).toBe(
      '"dot" may not publish the map; director may, as publishing says in the map in force.',
    );
    expect(publish("wing", one)).toBe("map.proposed");
    // M2: the same person twice is one.
    expect(publish("wing", one)).toBeNull();
    expect(publish("mei", one)).toBe("map.proposed");
    expect(state.proposed).toEqual({
      digest: one,
      by: ["wing", "mei"],
      why: "It is better.",
      at: 1,
    });
    // Other files begin anew.
    expect(publish("bo", two)).toBe("map.proposed");
    expect([publish("wing", two), publish("mei", two)]).toEqual(["map.proposed", "map.published"]);
    expect(state.proposed).toBeUndefined();
    expect(state.maps).toMatchObject([
      { version: 1, digest: two, by: "mei", with: ["bo", "wing"] },
    ]);
    expect(publish("wing", two)).toBeNull();
  });

  test("M4 is written and read again as it was, and an unknown event is of a newer version", () => {
    const event: CompanyEvent = {
      type: "agent.unwell",
      agent: "clerk",
      why: "No disk.",
      seq: 3,
      at: 1_700_000_000_000,
      by: "muster",
    };
    const { at, ...draft } = companyDraftOf(event);
    const envelope = { ...draft, at: instantOf(at), id: "company.3" } as Envelope;
    expect(envelope.actor).toEqual({ kind: "system", id: "muster" });
    expect(companyEventOf(envelope)).toEqual(event);
    const unwell = evolveCompany(NEW_COMPANY, event);
    expect(unwell.unwell).toEqual({ clerk: { why: "No disk.", at: event.at } });
    expect(evolveCompany(unwell, { ...event, type: "agent.recovered" }).unwell).toEqual({});
    expect(() => companyEventOf({ ...envelope, type: "agent.sold" })).toThrow(
      "which this version of Muster does not know",
    );
  });
});
