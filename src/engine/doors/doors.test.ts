import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Digest } from "../../core/id.ts";
import { hashOfToken, newLink, openHeard, SLACK_AGE_MS_MOST, verifySlack } from "./index.ts";

const NOW = 1_700_000_000_000;
const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const BODY = "payload=%7B%22type%22%3A%22block_actions%22%7D";

function signed(more: { readonly at?: number; readonly body?: string; readonly by?: string } = {}) {
  const { at = NOW, body = BODY, by = SECRET } = more;
  const timestamp = String(Math.floor(at / 1_000));
  const made = createHmac("sha256", by).update(`v0:${timestamp}:${body}`).digest("hex");
  return { timestamp, body, signature: `v0=${made}` };
}

describe("what comes from Slack", () => {
  test("Slack bad signature/old timestamp/duplicate", () => {
    const by = { secret: SECRET, now: NOW, heard: openHeard() };
    expect(verifySlack(signed(), by)).toBeNull();
    expect(verifySlack(signed(), by)).toBe("again");
    const wrong = { code: "not-allowed", message: "This call is not signed by Slack." };
    expect(verifySlack(signed({ by: "another" }), by)).toMatchObject(wrong);
    expect(verifySlack({ ...signed(), body: `${BODY}&more` }, by)).toMatchObject(wrong);
    expect(verifySlack({ ...signed(), signature: "v0=short" }, by)).toMatchObject(wrong);
    const old = { message: expect.stringContaining("older than five minutes") };
    for (const at of [NOW - SLACK_AGE_MS_MOST - 1_000, NOW + SLACK_AGE_MS_MOST + 1_000])
      expect(verifySlack(signed({ at }), by)).toMatchObject(old);
    expect(verifySlack({ ...signed(), timestamp: "now" }, by)).toMatchObject(old);
  });

  test("is as Slack's own example signs it", () => {
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const call = { timestamp: "1531420618", body, signature };
    const by = { secret: SECRET, now: 1_531_420_618_000, heard: openHeard() };
    expect(verifySlack(call, by)).toBeNull();
  });
});

describe("the token of a link", () => {
  test("is drawn anew, and only its hash is kept", () => {
    const digest = hashOfToken("action") as Digest;
    const of = {
      run: "wf_a",
      key: 1,
      digest,
      voter: "ana",
      allows: ["approve"],
      until: 1,
    } as const;
    const [one, two] = [newLink(of), newLink(of)];
    expect(one.token).not.toBe(two.token);
    expect(one.token).toHaveLength(43);
    expect(one.link.hash).toBe(hashOfToken(one.token));
    expect(JSON.stringify(one.link)).not.toContain(one.token);
  });
});
