import { describe, expect, test } from "vitest";
import { askedOf, BEGIN, drive, HOUR, REFUND } from "../../../test/given/approval.ts";
import { digestOf } from "../../../test/given/workflow.ts";
import { type Link, type LinkUse, useLink } from "./index.ts";

const TOKEN = digestOf("a token");

function given() {
  const one = drive(askedOf(REFUND));
  const { digest, terms } = one.approval().gate;
  const link: Link = {
    hash: TOKEN,
    run: "wf_a",
    key: 7,
    digest,
    voter: "ana",
    allows: ["approve", "reject"],
    until: BEGIN + HOUR,
    usedAt: null,
  };
  const use: LinkUse = {
    method: "POST",
    hash: TOKEN,
    by: "ana",
    at: BEGIN,
    now: { digest, presented: terms?.presented ?? digest },
    decision: "approve",
    reason: "",
  };
  return { one, link, use };
}

describe("a link in a mail", () => {
  test("GET/HEAD on link changes nothing", () => {
    const { link, use } = given();
    for (const method of ["GET", "HEAD"])
      for (const by of ["ana", null])
        expect(useLink(link, { ...use, method, by })).toEqual({ kind: "page" });
    expect(useLink(link, { ...use, method: "PUT" })).toMatchObject({ code: "bad-input" });
  });

  test("decides on the page, once, and as the approval lets it", () => {
    const { one, link, use } = given();
    const used = useLink(link, use);
    if ("code" in used || used.kind !== "vote") throw new Error("It was not used.");
    expect(used.link.usedAt).toBe(BEGIN);
    expect(one.tell("ana", used.told)).toBeNull();
    expect(one.approval()).toMatchObject({ state: "allowed", votes: [{ channel: "email" }] });
  });

  test("token reuse/expiry/other voter refused", () => {
    const { link, use } = given();
    const why = (other: Link | null, more: Partial<LinkUse> = {}) =>
      useLink(other, { ...use, ...more });
    expect(why({ ...link, usedAt: BEGIN })).toMatchObject({ code: "gone" });
    expect(why(link, { at: BEGIN + HOUR })).toMatchObject({ code: "gone" });
    expect(why(null)).toMatchObject({ code: "gone" });
    expect(why(link, { hash: digestOf("another") })).toMatchObject({ code: "gone" });
    // What was edited is another action, and the old link is for nothing.
    const presented = digestOf("edited");
    expect(why(link, { now: { digest: presented, presented } })).toMatchObject({ code: "gone" });
    expect(why(link, { now: null })).toMatchObject({ code: "gone" });
    expect(why(link, { by: "ben" })).toMatchObject({
      message: "This link is for ana, and not for ben.",
    });
    expect(why(link, { by: null })).toMatchObject({ message: "Nobody is signed in." });
    expect(why({ ...link, allows: ["reject"] })).toMatchObject({ code: "not-allowed" });
  });
});
