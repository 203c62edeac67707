import { USES_INPUT, useBy } from "./deed-uses.ts";
import type { Making } from "./invent-step.ts";

type Written = Record<string, unknown>;

/** Of the steps that are tasks; where tools are all that is looked at, of them. */
const STEPS_SHARE = 0.07;
const USERS_SHARE = 0.2;
const ONLY_SHARE = 0.8;

const USERS = ["reader", "keeper", "clerk", "sender"] as const;

/** Drawn apart, so that worlds stay what they were. */
export function isToolStep({ chance, taste }: Making, id: string): boolean {
  if (taste.only !== null && taste.only !== "tools") return false;
  return chance.apart(`tool ${id}`).is(taste.only === null ? STEPS_SHARE : ONLY_SHARE / 3);
}

/** A step that asks no agent. */
export function toolStep(making: Making, id: string): Written {
  const { taste, readable } = making;
  const chance = making.chance.apart(`tool step ${id}`);
  const { tool, args } = useBy(chance);
  readable.push({ text: `${id}.n`, type: "number" });
  return {
    // Where nothing may fail for good, nothing is asked for that is refused.
    tool: taste.isCalm && tool === "price.set" ? "order.mark" : tool,
    as: chance.one(USERS),
    inputs: args,
    outputs: { n: "number" },
    retry: taste.isCalm ? PATIENT : { max_attempts: chance.between(1, 4), initial_delay: "1s" },
  };
}

const PATIENT = { max_attempts: 50, initial_delay: "1s", max_delay: "30s" };

/** Some agents use tools before they do what they do; who waits for people is given the time. */
export function withTools(written: Written, making: Making, id: string): void {
  const { taste } = making;
  const chance = making.chance.apart(`uses ${id}`);
  const share = taste.only === "tools" ? ONLY_SHARE : USERS_SHARE;
  if ((taste.only !== null && taste.only !== "tools") || !chance.is(share)) return;
  if (!USERS.some((user) => user === written["agent"])) return;
  written["inputs"] = { ...(written["inputs"] as object), [USES_INPUT]: chance.one([1, 1, 2, 3]) };
  if (!taste.isCalm) return;
  delete written["timeout"];
  written["retry"] = PATIENT;
}
