import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take minutes, the longest first: what is begun last alone would end alone. */
export const LONGEST: readonly string[] = [
  "test/end-to-end/guide.test.ts",
  "test/simulation/simulation.test.ts",
  "test/end-to-end/second-process.test.ts",
  "test/end-to-end/cli.test.ts",
  "test/end-to-end/control.test.ts",
];

/** Of each project those first, also where no run before has told how long each takes. A class, since Vitest makes it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const projects = Map.groupBy(await super.sort(files), ({ project }) => project.name);
    return [...projects.values()].flatMap((some) =>
      some.toSorted((one, other) => rankOf(one.moduleId) - rankOf(other.moduleId)),
    );
  }
}

/** Those that are not named keep the order they have. */
export function rankOf(file: string): number {
  const at = LONGEST.findIndex((name) => file.replaceAll("\\", "/").endsWith(`/${name}`));
  return at === -1 ? LONGEST.length : at;
}
