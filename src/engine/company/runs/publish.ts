import { isObject, type JsonObject } from "../../../core/json.ts";
import type { Problem } from "../../../core/problem.ts";
import { copyJson } from "../../agents/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { badInput, GIVEN_BYTES_MOST } from "./check-told.ts";
import type { Published } from "./company-runs.ts";

/** Of an event's payload, as JSON. */
const PAYLOAD_BYTES_MOST = 65_536;
/** Of an event's name, its key and its id. */
const NAME_CHARS_MOST = 1_000;

export type Publishing = {
  readonly event: string;
  readonly payload: JsonObject;
  readonly key?: string;
  readonly id?: string;
  readonly by?: string;
};

/** Keeps an event from outside and tells the runs that wait for it. */
export async function publish(office: Office, told: Publishing): Promise<Published> {
  if (office.isLooking) return notKept(LOOKING);
  const { event, key = "", id = null, by = "library" } = told;
  const against =
    wrongName("name", event) ??
    wrongName("key", key) ??
    wrongName("id", id ?? "-") ??
    wrongName("publisher", by);
  if (against !== null) return notKept(against);
  const payload = payloadOf(told);
  if (typeof payload !== "string") return notKept(payload);
  try {
    const at = office.clock.now();
    const outcome = await office.runtime.publish({
      id,
      event,
      match: key,
      payload,
      source: by,
      at,
    });
    if ("code" in outcome) return notKept(outcome);
    const { again, told: runs, problems } = outcome;
    return { kept: true, again, told: runs, problems };
  } catch (error) {
    return notKept(problemIn(error));
  }
}

function notKept(problem: Problem): Published {
  return { kept: false, again: false, told: [], problems: [problem] };
}

function payloadOf({ event, payload }: Publishing): string | Problem {
  const copy = copyJson(payload, "What the event brings", GIVEN_BYTES_MOST);
  if (!copy.ok) return badInput(copy.why);
  if (!isObject(copy.value))
    return {
      code: "bad-input",
      message: `What the event "${event}" brings is no object of JSON.`,
      mend: "Give an object of names and values.",
    };
  const text = JSON.stringify(copy.value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= PAYLOAD_BYTES_MOST) return text;
  return {
    code: "limit",
    message: `What the event "${event}" brings is ${bytes} bytes of JSON; at most ${PAYLOAD_BYTES_MOST} are kept.`,
    mend: "Put what is large where the run can read it, and publish where that is.",
  };
}

/** Only the key may be empty: there is one event of that name. */
function wrongName(what: "name" | "key" | "id" | "publisher", text: unknown): Problem | null {
  if (typeof text !== "string")
    return { code: "bad-input", message: `The ${what} of an event is a text.`, mend: "Give one." };
  if (text === "" && what !== "key")
    return { code: "bad-input", message: `The ${what} of an event is empty.`, mend: "Name it." };
  if (text.length <= NAME_CHARS_MOST) return null;
  return {
    code: "limit",
    message: `The ${what} of an event has ${text.length} characters; at most ${NAME_CHARS_MOST} are kept.`,
    mend: "Give a shorter one.",
  };
}
