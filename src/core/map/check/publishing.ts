import { type Checking, inWords } from "./checking.ts";
import { reportWho } from "./requests.ts";

/** Somebody may publish, and enough of them: else the map could never be changed again. */
export function checkPublishing(checking: Checking): void {
  const { map, people, report } = checking;
  const { roles, approvals } = map.publishing;
  for (const name of roles) reportWho(name, ["publishing", "roles"], checking);
  if (people === null || roles.length === 0) return;
  const who = new Set(roles.flatMap((name) => people.meant(name)));
  if (who.size === 0 || who.size >= approvals) return;
  report.add({
    code: "impossible-limit",
    message: `${approvals} people are to publish the map, and only ${inWords([...who])} may: it could never be changed.`,
    mend: `Write approvals: ${who.size}, or name more who may.`,
    path: ["publishing", "approvals"],
  });
}
