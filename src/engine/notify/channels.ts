import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { readPeople } from "../../core/definition/index.ts";
import type { Problem } from "../../core/problem.ts";
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
const FILE_BYTES_MOST = 1_048_576;
const FROM = "muster@localhost";

const list = z.array(z.string().min(1)).max(1_000);
const channel: z.ZodType<Channel> = z.strictObject({
  type: z.enum(["webhook", "slack", "email"]),
  url: z.string().optional(),
  webhook: z.string().optional(),
  channel: z.string().optional(),
  secret: z.string().optional(),
  smtp: z.string().optional(),
  from: z.string().optional(),
  recipients: list.optional(),
  format: z.enum(["json", "text"]).optional(),
});
const blocks = {
  channels: z.record(z.string(), channel).default({}),
  recipients: z.record(z.string(), list).default({}),
};
const file = z.strictObject({ muster: z.literal(1), ...blocks });
const map = z.looseObject(blocks);

/** Read anew each time: people mend it while a notice is tried again. */
export function readChannels(folder: string): Channels {
  const own = readYaml(join(folder, FILE), FILE, file);
  const inMap = readYaml(join(folder, MAP), MAP, map);
  return {
    channels: { ...inMap.channels, ...own.channels },
    recipients: { ...addressesIn(folder), ...inMap.recipients, ...own.recipients },
    problems: [...own.problems, ...inMap.problems],
  };
}

/** Of people who have one in people.yaml. */
function addressesIn(folder: string): Channels["recipients"] {
  const path = join(folder, PEOPLE);
  if (!existsSync(path)) return {};
  const { people } = readPeople({ file: PEOPLE, text: readFileSync(path, "utf8") });
  return Object.fromEntries(
    Object.entries(people?.people ?? {}).flatMap(([name, { email }]) =>
      email === "" ? [] : [[name, [email]]],
    ),
  );
}

function readYaml(path: string, name: string, shape: typeof file | typeof map): Channels {
  const nothing = { channels: {}, recipients: {}, problems: [] };
  if (!existsSync(path)) return nothing;
  const where = { file: name, line: 1, column: 1 };
  try {
    const text = readFileSync(path, "utf8");
    if (text.length > FILE_BYTES_MOST)
      throw new Error(`it is longer than ${FILE_BYTES_MOST} bytes`);
    const read = shape.safeParse(parse(text));
    if (read.success) return { ...nothing, ...read.data };
    const problems = read.error.issues.slice(0, 20).map(({ path: at, message }): Problem => {
      const code = "wrong-value";
      return { code, where, message: `${at.join(".")}: ${message}`, mend: MEND };
    });
    return { ...nothing, problems };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...nothing, problems: [{ code: "syntax", where, message: why, mend: MEND }] };
  }
}

const MEND =
  "Write muster: 1 and channels: {slack: {type: slack, webhook: $env.NAME}}; docs/guide/watching.md has them all.";

/** What the workflow says, and for the rest the channel that it names, or the one that is called as the type is. */
export function routeOf(
  target: Target,
  { channels, recipients }: Channels,
  env: Environment,
): Route {
  const named = target.channel === undefined ? null : channels[target.channel];
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
  const people = said.flatMap((one) => recipients[one] ?? [one]);
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
