import type { z } from "zod";
import { suggestion } from "../../expression/index.ts";
import type { Problem } from "../../problem.ts";
import { closed, type Keys, named, some, word } from "../reading/closed-shape.ts";
import { inOrder, openReport, type Report } from "../reading/report.ts";
import { checkShape, shown } from "../reading/shape-problem.ts";
import { readSource } from "../reading/source.ts";
import { isMap } from "../steps/draft.ts";
import { musterShape } from "../workflow-shape.ts";

/** Who works in a company: `people.yaml`. */
export type People = {
  readonly people: Readonly<Record<string, Person>>;
  /** Everything that a person, a team or a role is called. */
  readonly names: readonly string[];
  /** The people that a name means: that person, all of that team, or all in that role; none where nobody is called so. */
  readonly meant: (name: string) => readonly string[];
};

export type Person = {
  /** For people; "" where it is not said. */
  readonly name: string;
  readonly email: string;
  readonly teams: readonly string[];
  readonly roles: readonly string[];
  /** Who is above them; null where it is not said. */
  readonly manager: string | null;
};

export type ReadPeople = {
  /** null where there is an error. */
  readonly people: People | null;
  readonly problems: readonly Problem[];
};

export type PersonSource = {
  readonly name?: string;
  readonly email?: string;
  readonly teams?: string | readonly string[];
  readonly roles?: string | readonly string[];
  readonly manager?: string;
};

export type PeopleSource = {
  readonly muster?: 1;
  readonly people: { readonly [id: string]: PersonSource };
};

export const personKeys: Keys<PersonSource> = {
  name: word("a name").describe("For people."),
  email: word("an address").describe("Where notices go."),
  teams: some(word("a name"), "a name or a list of names").describe("Teams the person is in."),
  roles: some(word("a name"), "a name or a list of names").describe("Roles the person has."),
  manager: word("a person").describe("Who is above them: decides where a chain says manager_of."),
};

export const peopleKeys: Keys<PeopleSource> = {
  muster: musterShape,
  people: named(
    closed<PersonSource>(personKeys),
    "a map of people, each by the name they sign with",
  ).describe("People, each by the name that decisions are recorded under."),
};

export const peopleShape: z.ZodType<PeopleSource> = closed<PeopleSource>(peopleKeys, ["people"]);

/**
 * Reads a company's `people.yaml`, and says all that is wrong with it at once.
 *
 * @returns never throws
 */
export function readPeople(input: { readonly file: string; readonly text: string }): ReadPeople {
  const problems: Problem[] = [];
  const source = readSource(input, (problem) => problems.push(problem));
  if (source === null) return { people: null, problems: inOrder(problems) };
  const report = openReport(source, { into: problems, module: null });
  if (!isMap(source.value)) {
    report.add({
      code: "wrong-type",
      message: `People are a map of keys; here stands ${shown(source.value)}.`,
      mend: "Write people: {ana: {name: Ana Lima, teams: [operations]}}.",
      path: [],
    });
    return { people: null, problems };
  }
  const shaped = checkShape(peopleShape, source.value, { path: [], report });
  const people = Object.fromEntries(
    Object.entries(shaped.people ?? {}).map(([id, person]) => [id, personOf(person)]),
  );
  for (const [id, { teams, roles }] of Object.entries(people))
    for (const group of [...teams, ...roles])
      if (Object.hasOwn(people, group))
        report.add({
          code: "duplicate",
          message: `"${group}" is a person, and "${id}" is in a team or a role of that name.`,
          mend: "Give one of the two another name.",
          path: ["people", id],
        });
  for (const [id, { manager }] of Object.entries(people))
    reportManager(id, manager, { people, report });
  const failed = problems.some(({ severity }) => severity !== "warning");
  return { people: failed ? null : peopleOf(people), problems: inOrder(problems) };
}

/** A manager is one person, and somebody else. */
function reportManager(
  id: string,
  manager: string | null,
  {
    people,
    report,
  }: { readonly people: Readonly<Record<string, Person>>; readonly report: Report },
): void {
  const isThere = manager !== null && Object.hasOwn(people, manager);
  if (manager === null || (isThere && manager !== id)) return;
  report.add({
    code: "unknown-person",
    message: isThere ? `"${id}" is their own manager.` : `Nobody here is called "${manager}".`,
    mend: isThere
      ? "Name whoever is above them, or take manager out."
      : suggestion(manager, Object.keys(people), "People"),
    path: ["people", id, "manager"],
  });
}

function personOf({ name = "", email = "", teams, roles, manager }: PersonSource): Person {
  return { name, email, teams: listOf(teams), roles: listOf(roles), manager: manager ?? null };
}

function listOf(said: string | readonly string[] | undefined): readonly string[] {
  if (said === undefined) return [];
  return [...new Set(typeof said === "string" ? [said] : said)];
}

function peopleOf(people: Readonly<Record<string, Person>>): People {
  const members = new Map<string, string[]>(Object.keys(people).map((id) => [id, [id]]));
  for (const [id, { teams, roles }] of Object.entries(people))
    for (const group of new Set([...teams, ...roles]))
      members.set(group, [...(members.get(group) ?? []), id]);
  return {
    people,
    names: [...members.keys()].toSorted(),
    meant: (name) => members.get(name) ?? [],
  };
}
