import { type Chain, sayDeciders, type TimeoutStep } from "../approval/index.ts";
import { deciderOf, reachOf, type Tool, type WorkMap } from "../map/index.ts";
import { mermaidOf } from "./mermaid.ts";
import { type Picture, rulesAbout, saySpan } from "./picture.ts";

/** What an agent could reach, as far as somebody has counted: by its tools. */
export type Counted = Readonly<Record<string, number | null>>;

export type Drawn = {
  readonly map: WorkMap;
  readonly picture: Picture;
  /** Which version this is, as a sentence. */
  readonly caption: string;
  /** Records by tool; a tool that is not here was not counted. */
  readonly counted: Counted;
  /** When the systems were asked, for people; null: they were not. */
  readonly countedAt: string | null;
  /** The file in which the picture stands beside this document; null: there is none. */
  readonly pictureFile: string | null;
};

/** A map as a document that people read from its beginning to its end. */
export function documentOf(drawn: Drawn): string {
  const { map, picture, caption, pictureFile } = drawn;
  return [
    `# ${map.company || "A company"}: work command map`,
    "",
    caption,
    "",
    ...(pictureFile === null ? [] : [`![The map as a picture](${pictureFile})`, ""]),
    "```mermaid",
    mermaidOf(picture),
    "```",
    "",
    ...requests(map),
    ...agents(drawn),
    ...tools(map),
    ...rules(map),
    ...chains(map),
    ...around(map),
  ].join("\n");
}

function requests({ requests: all, intake }: WorkMap): readonly string[] {
  const rows = Object.values(all).map(({ name, workflow, owner, sla, ...request }) => [
    bold(name),
    request.description || request.examples[0] || "",
    Object.keys(request.case).join(", "),
    workflow,
    owner,
    sla.respond === null ? "" : saySpan(sla.respond),
    sla.resolve === null ? "" : saySpan(sla.resolve),
  ]);
  const channels = Object.entries(intake).map(([channel, trust]) => `${channel} (${trust})`);
  return section("Requests", [
    ...table(["type", "such as", "is about", "done by", "owner", "answered in", "done in"], rows),
    ...(channels.length === 0
      ? []
      : ["", `They come in by ${channels.join(", ")}. Any other channel is untrusted.`]),
  ]);
}

function agents({ map, counted, countedAt }: Drawn): readonly string[] {
  const rows = Object.values(map.agents).map((grant) => [
    bold(grant.agent),
    grant.level,
    grant.tools.join(", "),
    grant.requests === null ? "all" : grant.requests.join(", "),
    Object.entries(grant.only)
      .map(([tool, { text }]) => `${tool} only where ${code(text)}`)
      .join("; "),
    reachOf(map, grant)
      .filter(({ entity }) => entity !== null)
      .map(({ tool, entity, boundBy }) => {
        const count = saidCount(counted, tool);
        if (boundBy.length === 0) return `all ${entity}${count === "" ? "" : ` (${count})`}`;
        return `${entity} of one case${count === "" ? "" : ` (of ${count})`}`;
      })
      .filter((words, at, every) => every.indexOf(words) === at)
      .join("; "),
    grant.ungoverned.join(", "),
  ]);
  const columns = [
    "agent",
    "up to",
    "tools",
    "for",
    "narrowed",
    "could reach",
    "beside the gateway",
  ];
  const since =
    countedAt === null ? [] : ["", `Records were counted in the systems at ${countedAt}.`];
  return section("Agents", [...table(columns, rows), ...since]);
}

/** "" where nobody has counted. */
function saidCount(counted: Counted, tool: string): string {
  const count = Object.hasOwn(counted, tool) ? counted[tool] : undefined;
  if (count === undefined) return "";
  return count === null ? "unknown" : `${count}`;
}

function tools(map: WorkMap): readonly string[] {
  const rows = Object.values(map.tools).map((tool) => [
    bold(tool.name),
    tool.level,
    tool.description,
    tool.writes === null
      ? `reads ${tool.reads === null ? "" : `${tool.reads.entity} in `}${tool.system}`
      : `writes ${tool.writes} in ${tool.system}`,
    [...new Set([...Object.values(tool.scope.args), ...Object.values(tool.scope.rows)])].join(", "),
    decided(map, tool),
    care(tool),
  ]);
  return section(
    "Tools",
    table(["tool", "level", "for", "what", "held to", "decided by", "before and after"], rows),
  );
}

function decided(map: WorkMap, { name, level }: Tool): string {
  const words = rulesAbout(map, name).map(({ id, follows }) => {
    switch (follows.kind) {
      case "approve":
        return `${follows.chain} (${id})`;
      case "permit":
        return `nobody (${id})`;
      case "deny":
        return `refused (${id})`;
      case "limit":
        return `held within limits (${id})`;
      case "allow":
        return "";
    }
  });
  const told = words.filter((word) => word !== "");
  if (told.length > 0) return told.join(", ");
  if (level !== "external") return "";
  return `whoever owns the request, else ${deciderOf(map, null) || "the run"}, each time`;
}

function care({ level, preview, verify, undo }: Tool): string {
  if (level === "reference" || level === "case") return "";
  return [
    preview === null ? "" : "looked at before",
    verify === null && preview === null ? "" : "and after",
    undo === null ? "" : `undone by ${undo.tool}`,
  ]
    .filter((word) => word !== "")
    .join(", ");
}

function rules(map: WorkMap): readonly string[] {
  const rows = map.rules.map(({ id, because, when, follows, tools: of, isShadow, where }) => [
    bold(id),
    because,
    code(when),
    of === null ? "any" : of.join(", "),
    `${follows.kind === "approve" ? `asks ${follows.chain}` : follows.kind}${isShadow ? " (only watched)" : ""}`,
    where,
  ]);
  return section("Rules", table(["rule", "because", "when", "about", "then", "stands in"], rows));
}

function chains({ approvals }: WorkMap): readonly string[] {
  const rows = Object.values(approvals).map((chain) => [
    bold(chain.name),
    stagesOf(chain),
    chain.not.join(", "),
    Object.entries(chain.edit)
      .map(([arg, how]) => (how === "any" ? arg : `${arg} (${how})`))
      .join(", "),
    chain.onTimeout.length === 0 ? "" : chain.onTimeout.map(late).join(", then "),
    chain.breakGlass === null
      ? ""
      : `${chain.breakGlass.role}, looked at by ${chain.breakGlass.review}`,
  ]);
  return section(
    "Approvals",
    table(["chain", "who decides", "not", "may change", "when late", "in an emergency"], rows),
  );
}

function stagesOf({ stages }: Chain): string {
  return stages
    .map(
      ({ from, need, due }) =>
        `${need > 1 ? `${need} of ` : ""}${sayDeciders(from)}${due === null ? "" : ` within ${saySpan(due)}`}`,
    )
    .join(", then ");
}

function late(step: TimeoutStep): string {
  return step.kind === "reject" ? "rejected" : `${sayDeciders(step.to)} is asked`;
}

function around({ systems, tables, exceptions, calendar }: WorkMap): readonly string[] {
  const rows = Object.values(systems).map(({ name, kind, isUntrusted }) => [
    bold(name),
    kind,
    isUntrusted ? "anybody may have written what is read there" : "",
  ]);
  const owner = exceptions.owner === "" ? "Nobody is named as owner" : `${exceptions.owner} owns`;
  return [
    ...section("Systems", table(["system", "kind", ""], rows)),
    ...(Object.keys(tables).length === 0
      ? []
      : section("Tables", [Object.keys(tables).map(bold).join(", ")])),
    ...section("Exceptions", [
      `${owner} what fails or is in doubt. Working time is that of ${calendar.zone}${calendar.holidays.length === 0 ? "" : `, with ${calendar.holidays.length} ${calendar.holidays.length === 1 ? "holiday" : "holidays"}`}.`,
    ]),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, "", ...lines, ""];
}

/** Columns in which nothing stands are left out. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const kept = heads.flatMap((_, at) => (rows.some((row) => row[at] !== "") ? [at] : []));
  const line = (cells: readonly (string | undefined)[]): string =>
    `| ${kept.map((at) => (cells[at] ?? "").replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(heads), `|${" --- |".repeat(kept.length)}`, ...rows.map(line)];
}

function bold(text: string): string {
  return `**${text}**`;
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}
