import { clockAt } from "../calendar/index.ts";
import { instantOf, millisecondsOf } from "../instant.ts";
import { WHY_ITEMS, type Why, type WhyLine } from "./why.ts";

/** Nothing of the kind happened; said, so that nobody has to wonder. */
const NONE: Readonly<Record<string, string>> = {
  source: "The record does not say.",
  data: "No tool read anything.",
  agents: "No agent did anything.",
  rules: "No rule was asked.",
  approval: "Nobody was asked.",
  writes: "Nothing was written.",
  exceptions: "Nothing went wrong.",
};

/** The page as Markdown. Words of others are quoted, and their marks are marks no more. */
export function whyAsMarkdown(why: Why, zone: string = "UTC"): string {
  const parts = WHY_ITEMS.map(([item, title], at) => {
    const lines = why.items[item].map((line) => markdownLine(line, zone));
    return `## ${at + 1}. ${title}\n\n${lines.length === 0 ? `${NONE[item] ?? ""}\n` : lines.join("")}`;
  });
  return `# Why ${escaped(why.of)}\n\n${escaped(why.outcome)}\n\nTimes are ${escaped(zone)}.\n\n${erasedNote(why)}${parts.join("\n")}`;
}

function markdownLine({ at, event, text, more, quoted, isGrave }: WhyLine, zone: string): string {
  const grave = isGrave === true ? "**!** " : "";
  const first = `- ${grave}${escaped(text)} _(${clock(at, zone)}, ${event})_\n`;
  const rest = more
    .filter((one) => one !== "")
    .map((one) => `  - ${escaped(one)}\n`)
    .join("");
  const words =
    quoted === undefined || quoted === ""
      ? ""
      : `${quoted
          .split("\n")
          .map((one) => `  > ${escaped(one)}`)
          .join("\n")}\n`;
  return `${first}${rest}${words}`;
}

function erasedNote({ erased }: Why): string {
  return erased.length === 0 ? "" : `What was kept of ${erased.join(", ")} is erased.\n\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|]/g, (mark) => `\\${mark}`).replaceAll(/\s+/g, " ");
}

/** The page as one HTML file, which needs nothing else and runs nothing. */
export function whyAsHtml(why: Why, zone: string = "UTC"): string {
  const parts = WHY_ITEMS.map(([item, title], at) => {
    const lines = why.items[item].map((line) => htmlLine(line, zone));
    const inner =
      lines.length === 0 ? `<p class="none">${NONE[item] ?? ""}</p>` : `<ol>${lines.join("")}</ol>`;
    return `<section><h2><span>${at + 1}</span>${html(title)}</h2>${inner}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Why ${html(why.of)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Why ${html(why.of)}</h1><p>${html(why.outcome)}</p><p>Times are ${html(zone)}.</p>${erasedNote(why) === "" ? "" : `<p class="erased">${html(erasedNote(why).trim())}</p>`}</header>
<main>${parts.join("\n")}</main>
</body>
</html>
`;
}

function htmlLine({ at, event, text, more, quoted, isGrave }: WhyLine, zone: string): string {
  const rest = more
    .filter((one) => one !== "")
    .map((one) => `<li>${html(one)}</li>`)
    .join("");
  const list = rest === "" ? "" : `<ul>${rest}</ul>`;
  const words =
    quoted === undefined || quoted === "" ? "" : `<blockquote>${html(quoted)}</blockquote>`;
  return `<li${isGrave === true ? ' class="grave"' : ""}><p>${html(text)}</p>${list}${words}<p class="where"><time datetime="${html(at)}">${clock(at, zone)}</time> ${html(event)}</p></li>`;
}

function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** As the clocks of the company showed it. */
function clock(at: string, zone: string): string {
  const ms = millisecondsOf(at);
  const shown = ms === null ? at : instantOf(clockAt(zone, ms));
  return `${shown.slice(0, 10)} ${shown.slice(11, 19)}`;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --dim: #666; --grave: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --dim: #aaa; --grave: #ff8a80; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: clamp(1.1rem, 4.5vw, 1.5rem); margin: 0; overflow-wrap: anywhere; }
header p { margin: .25rem 0; color: var(--dim); overflow-wrap: anywhere; }
section { border-top: 1px solid var(--line); padding: .75rem 0; break-inside: avoid-page; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
h2 span { display: inline-block; min-width: 1.6rem; color: var(--dim); }
ol { list-style: none; margin: 0; padding: 0 0 0 1.6rem; }
ol > li { margin: 0 0 .75rem; overflow-wrap: anywhere; }
li p { margin: 0; }
li.grave > p:first-child::before { content: "! "; font-weight: 700; }
li.grave > p:first-child { color: var(--grave); }
ul { margin: .15rem 0 0; padding-left: 1.1rem; color: var(--dim); }
blockquote { margin: .35rem 0; padding: .25rem .75rem; border-left: 3px solid var(--line); white-space: pre-wrap; }
.where { font-size: .8rem; color: var(--dim); font-variant-numeric: tabular-nums; }
.none { margin: 0 0 0 1.6rem; color: var(--dim); }
.erased { color: var(--grave); }
@media print { body { max-width: none; font-size: 10pt; } }
`;
