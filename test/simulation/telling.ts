import type { RunId } from "../../src/core/id.ts";
import type { Signal } from "../../src/core/machine/index.ts";
import type { World } from "./world.ts";

export type Bare<S> = S extends Signal ? Omit<S, "at" | "by"> : never;
let causes = 0;

/** Somebody tells a run something; perhaps twice. */
export function tell(world: World, run: RunId, told: { readonly by: string } & Bare<Signal>): void {
  const { chance, weather, shell, moments } = world;
  const signal = { ...told, at: moments.now() } as Signal;
  // An event names the key that it answers: twice is once by itself.
  const cause = told.type === "arrived" ? undefined : `told-${causes++}`;
  shell?.send(run, signal, cause);
  // The same message once more, or the same wish in another message.
  if (chance.is(weather.mischief / 2))
    shell?.send(run, signal, chance.is(0.5) ? cause : cause && `${cause}-again`);
}
