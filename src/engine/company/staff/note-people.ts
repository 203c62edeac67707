import { canonical } from "../../../core/audit/index.ts";
import { changePeople } from "../../../core/company/index.ts";
import type { People } from "../../../core/definition/index.ts";
import type { Json } from "../../../core/json.ts";
import { digestOf } from "../../runtime/index.ts";
import type { Office } from "../office.ts";

/**
 * Who works here and in which roles, as this process goes by it, is noted in the company's own stream
 * where it is not what was noted before: so that who might decide at any time can be shown. Names for
 * people and addresses are left out.
 */
export async function notePeople({
  staff,
  register,
}: Pick<Office, "staff" | "register">): Promise<void> {
  const { people } = (await staff()).who;
  // Of a company that never said who works there, nothing is noted.
  if (people === null && register.state().people === undefined) return;
  const content = rolesOf(people);
  const digest = digestOf(content);
  await register.tell("muster", (state) => changePeople(state, digest), [[digest, content]]);
}

function rolesOf(people: People | null): string {
  const roles = Object.entries(people?.people ?? {}).map(
    ([person, { roles, teams, manager }]) => [person, { roles, teams, manager }] as const,
  );
  return canonical(Object.fromEntries(roles) as unknown as Json);
}
