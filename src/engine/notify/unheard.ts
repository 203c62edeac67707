import type { Workflow } from "../../core/definition/index.ts";
import type { Problem } from "../../core/problem.ts";
import { type Channels, type Environment, routeOf } from "./channels.ts";
import { typeOf } from "./notice.ts";

/** Warnings of a workflow's rules that are to tell somebody through a channel which leads to nobody here. */
export function unheardRules(
  { name, rules = [] }: Pick<Workflow, "name" | "rules">,
  channels: Channels,
  env: Environment,
): readonly Problem[] {
  return rules.flatMap(({ condition, notify, recipients }) =>
    notify.flatMap((channel): readonly Problem[] => {
      const to = recipients.length === 0 ? {} : { recipients };
      const target = { type: typeOf(channel), channel, format: "text", ...to } as const;
      const route = routeOf(target, channels, env);
      if (route.to !== null) return [];
      const [why = "", mend = ""] = route.why.split(" Mend: ");
      return [
        {
          code: "advice",
          severity: "warning",
          message: `The rule of "${name}" for ${condition} is to tell "${channel}", which leads to nobody. ${why}`,
          mend: mend.charAt(0).toUpperCase() + mend.slice(1),
        },
      ];
    }),
  );
}
