import type { Chance } from "./chance.ts";

/** What a world is like: how often each thing goes wrong, from 0 to 1. */
export type Weather = {
  /** Nothing that happens may end a run otherwise than undisturbed. */
  readonly isCalm: boolean;
  /** Of the attempts: something is wrong with the answer. */
  trouble: number;
  /** Of the answers: the same again, later. */
  doubled: number;
  /** Of the commits: the process is gone before or after it. */
  crash: number;
  /** Of the attempts: the process is gone while it is done. */
  crashWhilePerforming: number;
  refused: number;
  slow: number;
  /** Of the commits: the clock is put forward or a little back. */
  jump: number;
  /** Of the commits: somebody meddles with a run. */
  meddle: number;
  /** Of the commits: somebody forks a run. */
  fork: number;
  /** Of what people do: wrongly, twice, or not allowed. */
  mischief: number;
};

export function weatherOf(chance: Chance): Weather {
  const some = (share: number, most: number): number =>
    chance.is(share) ? chance.next() * most : 0;
  return {
    isCalm: chance.is(0.5),
    trouble: some(0.8, 0.5),
    doubled: some(0.5, 0.4),
    crash: some(0.6, 0.15),
    crashWhilePerforming: some(0.3, 0.1),
    refused: some(0.3, 0.3),
    slow: some(0.5, 0.5),
    jump: some(0.4, 0.1),
    meddle: some(0.7, 0.25),
    mischief: some(0.5, 0.5),
    fork: some(0.4, 0.1),
  };
}

/** Nothing ever goes wrong. */
export function stillness(isCalm: boolean): Weather {
  return {
    isCalm,
    trouble: 0,
    doubled: 0,
    crash: 0,
    crashWhilePerforming: 0,
    refused: 0,
    slow: 0,
    jump: 0,
    meddle: 0,
    mischief: 0,
    fork: 0,
  };
}

/** From now on nothing goes wrong any more, so that every run can come to its end. */
export function clear(weather: Weather): void {
  Object.assign(weather, stillness(weather.isCalm));
}
