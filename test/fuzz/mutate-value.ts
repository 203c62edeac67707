import type { Chance } from "../simulation/chance.ts";
import { plainGarbage } from "./garbage.ts";
import { mutateExpression } from "./mutate-expression.ts";

type Holder = Record<string, unknown> | unknown[];
type Spot = { readonly holder: Holder; readonly key: string };

/**
 * A definition's values after a few changes: keys deleted, doubled, renamed, moved; values of another
 * type or size; expressions that say something else. What it is given stays as it was.
 */
export function mutateValue(
  value: unknown,
  chance: Chance,
  make: (chance: Chance) => unknown = plainGarbage,
): unknown {
  const root: Holder = { root: structuredClone(value) };
  for (let left = chance.one([1, 1, 1, 2, 4]); left > 0; left -= 1) {
    const spots = [...spotsIn(root)];
    if (spots.length > 0) mutate(chance.one(spots), { chance, spots, make });
  }
  return (root as Record<string, unknown>)["root"];
}

type Around = {
  readonly chance: Chance;
  readonly spots: readonly Spot[];
  readonly make: (chance: Chance) => unknown;
};

/** Of every value in it. One that is far inside is not mutated: nothing there is read by its name. */
const DEPTH_MOST = 40;

function* spotsIn(holder: Holder, depth = 0): Generator<Spot> {
  for (const key of Object.keys(holder)) {
    yield { holder, key };
    const below = valueAt({ holder, key });
    if (isHolder(below) && depth < DEPTH_MOST) yield* spotsIn(below, depth + 1);
  }
}

function mutate(spot: Spot, { chance, spots, make }: Around): void {
  const value = valueAt(spot);
  const other = chance.one(spots);
  const ways: (() => void)[] = [
    () => remove(spot),
    () => put(spot, make(chance)),
    () => rename(spot, chance.one(spots).key),
    () => put(spot, copied(valueAt(other))),
    () => put(other, copied(value)),
    () => {
      const taken = valueAt(other);
      put(other, copied(value));
      put(spot, copied(taken));
    },
    () => put(spot, [value]),
    () => put(spot, { value }),
    () => put(spot, typeof value === "string" ? Number(value) || 0 : textOf(value)),
    () => {
      if (Array.isArray(spot.holder)) spot.holder.push(copied(value));
      else put({ holder: spot.holder, key: `${spot.key}2` }, copied(value));
    },
  ];
  if (typeof value === "number")
    ways.push(() => put(spot, chance.one([-1, 0, 1, 20, 21, value * 1e9, value / 3])));
  if (typeof value === "string" && /[$.()=<>]/.test(value)) {
    const change = (): void => put(spot, mutateExpression(value, chance));
    ways.push(change, change, change, change);
  }
  chance.one(ways)();
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    return "no JSON";
  }
}

/** What cannot be read is as good as nothing. */
function valueAt({ holder, key }: Spot): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

function put({ holder, key }: Spot, value: unknown): void {
  Reflect.defineProperty(holder, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function remove({ holder, key }: Spot): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function rename({ holder, key }: Spot, name: string): void {
  if (Array.isArray(holder)) return;
  holder[name] = holder[key];
  delete holder[key];
}

/** What cannot be copied (a function, a proxy) is put there itself. */
function copied(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  try {
    return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  } catch {
    return false;
  }
}
