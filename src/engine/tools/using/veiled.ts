import { isObject, type Json } from "../../../core/json.ts";
import type { Secrets } from "../../outside/index.ts";
import type { Answer, OpenSystem, Refused } from "../kind.ts";
import { hideIn } from "./hide-secrets.ts";

/** A failure's message is for people, and is kept short. */
const MESSAGE_CHARACTERS_MOST = 2_000;

/** The same system, in whose answers, failures and health nothing stands of what its variables hold. */
export function veiled(system: OpenSystem, secrets: Secrets): OpenSystem {
  const answered = (answer: Answer): Answer => (answer.ok ? hideIn(answer, secrets) : said(answer));
  const said = ({ error, ...rest }: Refused): Refused => {
    const message = secrets.hide(error.message).slice(0, MESSAGE_CHARACTERS_MOST);
    return { ...rest, error: hideIn({ ...error, message }, secrets) };
  };
  const { rehearse, count, showsItself, prepare } = system;
  return {
    look: async (asked) => answered(await system.look(asked)),
    write: async (asked, guard) =>
      answered(
        await system.write(
          asked,
          // What is compared is what was shown.
          guard && { ...guard, isSame: (found) => guard.isSame(hideIn(found, secrets)) },
        ),
      ),
    ...(rehearse && {
      rehearse: async (asked, look) => {
        const seen = await rehearse(asked, look);
        return seen.ok ? hideIn(seen, secrets) : said(seen);
      },
    }),
    ...(prepare && {
      prepare: async (statements, how) => {
        const said = await prepare(statements, how);
        return said?.map((why) => (why === null ? null : secrets.hide(why))) ?? null;
      },
    }),
    ...(count && { count }),
    ...(showsItself && { showsItself }),
    health: async (abort) => {
      const fault = await system.health(abort);
      return fault === null ? null : secrets.hide(fault);
    },
    faultOf: (tool) => {
      const fault = system.faultOf(tool);
      return fault === null ? null : secrets.hide(fault);
    },
    close: () => system.close(),
  };
}

/** Every text of a value, names not. */
export function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((one: Json) => textsIn(one));
  return isObject(value) ? Object.values(value).flatMap((one) => textsIn(one)) : [];
}
