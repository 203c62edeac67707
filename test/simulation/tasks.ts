import { type Run, taskOf, type Wait } from "../../src/core/machine/index.ts";
import { outputsOf } from "./agents.ts";
import { PEOPLE } from "./taste.ts";
import { tell } from "./telling.ts";
import type { World } from "./world.ts";

type TaskWait = Wait & { readonly what: Extract<Wait["what"], { kind: "person" }> };

/** Somebody does a task, or claims it, gives it back, declines it; some answer what is not theirs, or was not asked. */
export function doTask(world: World, run: Run, wait: TaskWait): boolean {
  const { chance, weather } = world;
  const { key } = wait;
  const { to, claimed } = wait.what;
  const may = to.length === 0 ? PEOPLE : to;
  const output = { value: outputsOf(wait.path, inputsOf(world, run, key)) };
  if (chance.is(weather.mischief))
    tell(world, run.id, { type: "give", key, output, why: "uninvited", by: "mallory" });
  if (chance.is(weather.mischief)) {
    const wrong = { value: { n: "no number" } };
    tell(world, run.id, {
      type: "give",
      key,
      output: wrong,
      why: "",
      by: claimed ?? chance.one(may),
    });
  }
  if (chance.is(weather.mischief))
    tell(world, run.id, { type: "claim", key, by: chance.one([...PEOPLE, "mallory"]) });
  world.counts.tasks++;
  const by = claimed ?? chance.one(may);
  const how = weather.isCalm ? 1 : chance.next();
  if (claimed === null && chance.is(0.2)) tell(world, run.id, { type: "claim", key, by });
  else if (claimed !== null && chance.is(0.2))
    tell(world, run.id, { type: "release", key, why: "not now", by });
  else if (how < 0.15) tell(world, run.id, { type: "decline", key, why: "no", by });
  else if (how < 0.3) return false;
  else tell(world, run.id, { type: "give", key, output, why: "", by });
  return true;
}

function inputsOf({ shell }: World, run: Run, key: number): Parameters<typeof outputsOf>[1] {
  const asked = taskOf(run, key, (digest) => shell?.read(digest) ?? null);
  return asked !== null && "inputs" in asked ? asked.inputs : {};
}
