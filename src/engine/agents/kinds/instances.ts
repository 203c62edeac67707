/** One of those that share an agent's work. */
export type Instance = {
  readonly name: string;
  busy: number;
  /** Why it could not be reached, when it was last tried; null: it could. */
  fault: string | null;
  /** When it was last asked, or last could not be. */
  at: number;
};

export type InstanceView = Pick<Instance, "name" | "busy" | "fault">;

/** One that could not be reached is asked after all others for so long. */
const PASSED_OVER_MS = 30_000;

/** Shares attempts among instances: the least busy first, then whoever was not asked for longest. */
export type Instances = {
  /** null: there is none that was not tried. */
  readonly take: (tried: ReadonlySet<Instance>) => Instance | null;
  readonly left: (instance: Instance, fault: string | null) => void;
  /** Asks each, all at once. null: one at least is well. */
  readonly health: (ask: (name: string) => Promise<string | null>) => Promise<string | null>;
  readonly view: () => readonly InstanceView[];
};

export function openInstances(names: readonly string[], now: () => number): Instances {
  const all: readonly Instance[] = names.map((name) => ({ name, busy: 0, fault: null, at: 0 }));
  return {
    take: (tried) => {
      const at = now();
      const isAway = (one: Instance): boolean => one.fault !== null && at - one.at < PASSED_OVER_MS;
      const [best] = all
        .filter((one) => !tried.has(one))
        .toSorted(
          (a, b) => Number(isAway(a)) - Number(isAway(b)) || a.busy - b.busy || a.at - b.at,
        );
      if (best === undefined) return null;
      best.busy += 1;
      if (best.fault === null) best.at = at;
      return best;
    },
    left: (instance, fault) => {
      instance.busy -= 1;
      instance.fault = fault;
      if (fault !== null) instance.at = now();
    },
    health: async (ask) => {
      const faults = await Promise.all(
        all.map(async (one) => {
          const fault = await ask(one.name);
          one.fault = fault;
          if (fault !== null) one.at = now();
          return fault;
        }),
      );
      return faults.includes(null) ? null : faults.join(" ");
    },
    view: () => all.map(({ name, busy, fault }) => ({ name, busy, fault })),
  };
}
