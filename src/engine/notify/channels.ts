import { z } from "zod";
import {
  checkShape,
  closed,
  isMap,
  type Keys,
  listOf,
  named,
  oneOf,
  openReport,
  type Report,
  readPeople,
  readSource,
  shown,
  word,
} from "../../core/definition/index.ts";
import { ownOf } from "../../core/own.ts";
import type { Problem } from "../../core/problem.ts";
import { textOfFile } from "../file-text.ts";
import type { Target } from "./notice.ts";

/** A way to people that the company has, by its name. `$env.NAME` stands for what the environment holds. */
export type Channel = {
  readonly type: Target["type"];
  readonly url?: string | undefined;
  readonly webhook?: string | undefined;
  readonly channel?: string | undefined;
  readonly secret?: string | undefined;
  readonly smtp?: string | undefined;
  readonly from?: string | undefined;
  readonly recipients?: readonly string[] | undefined;
  readonly format?: "json" | "text" | undefined;
};

/** The company's channels: `channels.yaml`, or `channels` and `recipients` of its `map.yaml`. */
export type Channels = {
  readonly channels: Readonly<Record<string, Channel>>;
  /** Names that stand for addresses. */
  readonly recipients: Readonly<Record<string, readonly string[]>>;
  readonly problems: readonly Problem[];
};

/** Where a notice goes; or why it can go nowhere, with the mend. */
export type Route =
  | {
      readonly to: "webhook";
      readonly url: string;
      readonly secret: string | null;
      readonly format: "json" | "text";
    }
  | { readonly to: "slack"; readonly url: string; readonly room: string | null }
  | {
      readonly to: "email";
      readonly smtp: string;
      readonly from: string;
      readonly recipients: readonly string[];
    }
  | { readonly to: null; readonly why: string };

export type Environment = Readonly<Record<string, string | undefined>>;

export const CHANNELS_FILE = "channels.yaml";
const FILE: string = CHANNELS_FILE;
const MAP = "map.yaml";
const PEOPLE = "people.yaml";
const FROM = "muster@localhost";

const keys: Keys<Channel> = {
  type: oneOf(["webhook", "slack", "email"]),
  url: word("an address"),
  webhook: word("an address, or $env.NAME"),
  channel: word("a name"),
  secret: word("$env.NAME"),
  smtp: word("an address, or $env.NAME"),
  from: word("an address"),
  recipients: listOf(word("an address or a name"), "a list of addresses"),
  format: oneOf(["json", "text"]),
};
const blocks: Keys<Blocks> = {
  channels: named(closed<Channel>(keys, ["type"]), "a map of names to channels"),
  recipients: named(
    listOf(word("an address"), "a list of addresses"),
    "a map of names to lists of addresses",
  ),
};
const file = closed<FileSource>({ muster: z.literal(1, { error: "1" }), ...blocks }, ["muster"]);
const inMap = closed<Blocks>(blocks);

type Blocks = {
  readonly channels?: Channels["channels"];
  readonly recipients?: Channels["recipients"];
};
type FileSource = Blocks & { readonly muster: 1 };

/** Read anew each time: people mend it while a notice is tried again. */
export function readChannels(folder: string): Channels {
  const own = ownChannels(folder);
  const ofMap = channelsOfMap(folder);
  return {
    channels: { ...ofMap.channels, ...own.channels },
    recipients: { ...addressesIn(folder), ...ofMap.recipients, ...own.recipients },
    problems: [...own.problems, ...ofMap.problems],
  };
}

/** Of people who have one in people.yaml; what is wrong with that file is told by whoever reads it as such. */
function addressesIn(folder: string): Channels["recipients"] {
  const read = textOfFile(folder, PEOPLE);
  if (read === null || read.fault !== undefined) return {};
  return Object.fromEntries(
    Object.entries(readPeople(read).people?.people ?? {}).flatMap(([name, { email }]) =>
      email === "" ? [] : [[name, [email]]],
    ),
  );
}

const NOTHING: Channels = { channels: {}, recipients: {}, problems: [] };

function ownChannels(folder: string): Channels {
  const read = textOfFile(folder, FILE);
  if (read === null) return NOTHING;
  if (read.fault !== undefined) return { ...NOTHING, problems: [read.fault] };
  const problems: Problem[] = [];
  const source = readSource(read, (problem) => problems.push(problem));
  if (source === null) return { ...NOTHING, problems };
  const report = openReport(source, { into: problems, module: null });
  if (isMap(source.value)) {
    const said = checkShape(file, source.value, { path: [], report });
    plainSecrets(said, report);
    return withProblems(said, problems);
  }
  report.add({
    code: "wrong-type",
    message: `Channels are a map of keys; here stands ${shown(source.value)}.`,
    mend: MEND,
    path: [],
  });
  return { ...NOTHING, problems };
}

/** What else stands in the map, and whether it can be read at all, is told with the map. */
function channelsOfMap(folder: string): Channels {
  const read = textOfFile(folder, MAP);
  if (read === null || read.fault !== undefined) return NOTHING;
  const source = readSource(read, () => undefined);
  if (source === null || !isMap(source.value)) return NOTHING;
  const problems: Problem[] = [];
  const report = openReport(source, { into: problems, module: null });
  const { channels = {}, recipients = {} } = source.value;
  const silent = { add: () => undefined, addOnce: () => undefined };
  const said = {
    ...checkShape(inMap, { channels: isMap(channels) ? channels : {} }, { path: [], report }),
    ...checkShape(inMap, { recipients }, { path: [], report: silent }),
  };
  plainSecrets(said, report);
  return withProblems(said, problems);
}

/** What only a secret looks like: a password in an address, a webhook that is one as a whole. */
const SECRET_ADDRESS =
  /^(?:[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@$]+@|https:\/\/hooks\.slack\.com\/services\/)/i;

function plainSecrets({ channels = {} }: Blocks, report: Report): void {
  for (const [name, { secret, ...channel }] of Object.entries(channels)) {
    const plain = [
      ...(secret === undefined || secret.startsWith("$env.") ? [] : ["secret"]),
      ...(["url", "webhook", "smtp"] as const).filter((key) =>
        SECRET_ADDRESS.test(channel[key] ?? ""),
      ),
    ];
    for (const key of plain)
      report.add({
        code: "wrong-value",
        severity: "warning",
        message: `The ${key} of the channel "${name}" is a secret, and stands in the file for everybody who can read it.`,
        mend: `Write ${key}: $env.NAME: the value comes from the environment where Muster runs.`,
        path: ["channels", name, key],
      });
  }
}

/** Of a file with a fault in it nothing is told: which of its channels is meant nobody knows. */
function withProblems(
  { channels = {}, recipients = {} }: Blocks,
  problems: readonly Problem[],
): Channels {
  if (problems.some(({ severity }) => severity !== "warning")) return { ...NOTHING, problems };
  return { channels, recipients, problems };
}

const MEND =
  "Write muster: 1 and channels: {slack: {type: slack, webhook: $env.NAME}}; docs/guide/watching.md has them all.";

/** What the workflow says, and for the rest the channel that it names, or the one that is called as the type is. */
export function routeOf(
  target: Target,
  { channels, recipients }: Channels,
  env: Environment,
): Route {
  const named = target.channel === undefined ? null : ownOf(channels, target.channel);
  if (named === undefined && target.channel !== undefined && !isType(target.channel))
    return nowhere(
      `There is no channel "${target.channel}" in this company.`,
      `write it in ${FILE}: channels: {${target.channel}: {type: ${target.type}, …}}`,
    );
  const type = named?.type ?? target.type;
  const general = channels[type]?.type === type ? channels[type] : undefined;
  const from: Channel = { ...general, ...named, type };
  switch (type) {
    case "webhook":
      return webhookRoute(target, from, env);
    case "slack":
      return slackRoute(target, from, env);
    case "email":
      return emailRoute(target, { from, recipients }, env);
    default:
      return type satisfies never;
  }
}

function isType(name: string): boolean {
  return name === "webhook" || name === "slack" || name === "email";
}

function webhookRoute(target: Target, from: Channel, env: Environment): Route {
  const url = filled(target.url ?? from.url, env);
  if (!("value" in url)) return nowhere(url.why ?? "No address is known.", "write url: https://…");
  const secret = target.secret ?? from.secret;
  const key = secret === undefined ? { value: null } : filled(secret, env);
  if (!("value" in key)) return nowhere(key.why ?? "", "set it where Muster runs");
  return { to: "webhook", url: url.value, secret: key.value, format: from.format ?? target.format };
}

function slackRoute(target: Target, from: Channel, env: Environment): Route {
  const said = target.url ?? from.webhook ?? from.url ?? "$env.MUSTER_SLACK_WEBHOOK";
  const url = filled(said, env);
  if (!("value" in url))
    return nowhere(
      `No incoming webhook of Slack is known: ${url.why ?? ""}`,
      `write it in ${FILE}: channels: {slack: {type: slack, webhook: $env.NAME}}; or set MUSTER_SLACK_WEBHOOK`,
    );
  return { to: "slack", url: url.value, room: target.room ?? from.channel ?? null };
}

function emailRoute(
  target: Target,
  { from, recipients }: { readonly from: Channel; readonly recipients: Channels["recipients"] },
  env: Environment,
): Route {
  const smtp = filled(from.smtp ?? "$env.MUSTER_SMTP_URL", env);
  if (!("value" in smtp))
    return nowhere(
      `No server for e-mail is known: ${smtp.why ?? ""}`,
      `set MUSTER_SMTP_URL (smtp://user:password@host:587); or write smtp in ${FILE}`,
    );
  const said = target.recipients ?? from.recipients ?? [];
  const people = said.flatMap((one) => ownOf(recipients, one) ?? [one]);
  const unknown = people.filter((one) => !one.includes("@"));
  if (people.length === 0 || unknown.length > 0)
    return nowhere(
      people.length === 0 ? "Nobody is named." : `No address is known of: ${unknown.join(", ")}.`,
      `write them in ${FILE}: recipients: {${unknown[0] ?? "team"}: [user@example.com]}`,
    );
  return { to: "email", smtp: smtp.value, from: from.from ?? FROM, recipients: people };
}

function nowhere(why: string, mend: string): Route {
  return { to: null, why: `${why} Mend: ${mend}.` };
}

/** `$env.NAME` as a whole; anything else stands for itself. */
function filled(
  text: string | undefined,
  env: Environment,
): { readonly value: string } | { readonly why?: string } {
  if (text === undefined) return {};
  const name = /^\$env\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1];
  if (name === undefined) return { value: text };
  const value = env[name] ?? "";
  return value === "" ? { why: `${name} is not set in the environment.` } : { value };
}
