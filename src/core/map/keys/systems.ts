import type { z } from "zod";
import {
  breakerShape,
  closed,
  duration,
  either,
  type Keys,
  listOf,
  longText,
  named,
  oneOf,
  size,
  some,
  truth,
  word,
} from "../../definition/index.ts";
import type { Json } from "../../json.ts";
import type { SystemKind } from "../work-map.ts";

type Settings = Readonly<Record<string, z.ZodType>>;

const common: Settings = {
  description: longText().describe("For people."),
  untrusted: truth().describe(
    "true: anybody may have written what is read there, such as a ticket system.",
  ),
  timeout: duration().describe("Of one call, where the tool names none."),
  breaker: breakerShape().describe(
    "When it is left alone: so many failures in a window, and more of them than successes. After a pause one call is let through. false: never.",
  ),
};
const headers = named(word("a header's value"), "a map of names to values").describe(
  "Sent with each question: `Authorization: Bearer $env.TOKEN`.",
);
const url = word("an address").describe("Its address; `$env.NAME` stands for a variable.");
const token = word("a token").describe("Sent as a bearer token: `$env.NAME`.");
const certificates = word("the path of a file").describe(
  "Certificates that its own is checked by; unsaid, those of the system.",
);
const insecure = truth().describe(
  "true: secrets may go to it without encryption, where the network between is your own.",
);
const env = either(
  [
    listOf(word("the name of a variable"), "a list of names"),
    named(word("$env.NAME"), "a map of names to $env.NAME"),
  ],
  "a list of names, or a map of names to $env.NAME",
).describe("Variables of the environment that it sees.");

/** What a system of each kind needs. `$env` is allowed here and in no other part of the map. */
export const systemKinds: Readonly<Record<SystemKind, Settings>> = {
  sql: {
    url: word("an address").describe(
      "Its database: postgres://…, mysql://…, or the path of a SQLite file; `$env.NAME` stands for a variable.",
    ),
    schema: word("a name").describe("Where its tables are looked for."),
    setup: word("the path of a file").describe(
      "SQLite: statements that make the database where there is none.",
    ),
  },
  http: {
    url,
    openapi: word("the path of a file").describe(
      "The OpenAPI document of it: then tools name operations.",
    ),
    headers,
    token,
    ca: certificates,
    insecure,
  },
  openapi: {
    openapi: word("the path of a file").describe("The OpenAPI document of it."),
    url: word("an address").describe("Its address; unsaid, the document's first server."),
    headers,
    token,
    ca: certificates,
    insecure,
  },
  file: { folder: word("a path").describe("From the company's folder.") },
  mail: {
    url: word("an address").describe(
      "The server: smtp://HOST:25 or smtps://HOST; `$env.NAME` stands for a variable.",
    ),
    from: word("an address").describe("Whom it comes from."),
  },
  function: {
    module: word("the path of a module").describe(
      "From the company's folder; tools name what it exports.",
    ),
    env,
    isolate: truth().describe(
      "true: each call is made in a worker, with a memory limit and a real end.",
    ),
    memory_limit: size().describe("The most memory of one worker: 512MB, 4GB. Default 512MB."),
  },
  command: {
    command: some(word("a word of the command"), "a list: the program and its arguments").describe(
      "The program and its first arguments. There is no shell.",
    ),
    cwd: word("a path").describe("Where it runs, from the company's folder."),
    env,
  },
  table: {},
};

const NEEDS: Readonly<Record<SystemKind, readonly string[]>> = {
  sql: ["url"],
  http: ["url"],
  openapi: ["openapi"],
  file: ["folder"],
  mail: ["url"],
  function: ["module"],
  command: ["command"],
  table: [],
};

export const SYSTEM_KINDS: readonly SystemKind[] = Object.keys(systemKinds) as SystemKind[];

/** Of one kind. */
export function systemShapeOf(kind: SystemKind): z.ZodType<{ readonly [key: string]: Json }> {
  const keys: Keys<{ readonly [key: string]: Json }> = {
    kind: oneOf([kind]).describe("What it is."),
    ...common,
    ...systemKinds[kind],
  } as Keys<{ readonly [key: string]: Json }>;
  return closed<{ readonly [key: string]: Json }>(keys, ["kind", ...NEEDS[kind]]);
}
