import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Answer,
  invalidInput,
  isObject,
  type Json,
  objects,
  type Task,
  type Tools,
  text,
} from "./parts/protocol.ts";
import {
  escapeHtml,
  type Html,
  openTemplate,
  type Rendered,
  type Values,
} from "./parts/template.ts";
import { writeWhole } from "./parts/write-whole.ts";

const FOLDER = resolve(import.meta.dirname, "..");
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LOGO = /^[a-z0-9-]+\.svg$/;
const LOGO_BYTES_MOST = 100_000;

type Fields = { readonly [name: string]: Json };

/**
 * Writes output/docs/TENANT/onboarding.html. Inputs: `tenant` ({tenant_id, customer}), `compliance`
 * (configurations) and `market` (figures by country, or nothing). A logo or figures that are missing
 * leave a page with a stand-in and a warning.
 */
export async function attempt(task: Task, _tools: Tools, abort: AbortSignal): Promise<Answer> {
  const { tenant, compliance, market } = task.inputs;
  const customer = isObject(tenant) ? tenant["customer"] : undefined;
  const tenantId = isObject(tenant) ? text(tenant["tenant_id"]) : "";
  if (!isObject(customer) || !UUID.test(tenantId)) {
    return invalidInput("tenant is no account: it needs a tenant_id (a UUID) and its customer.");
  }
  const logo = await logoOf(customer);
  const controls = await controlRows(objects(compliance));
  const figures = await marketSection(text(customer["country"]), objects(market));
  if ("wrong" in controls) return invalidInput(controls.wrong);
  if ("wrong" in figures) return invalidInput(figures.wrong);
  const page = (await openTemplate("onboarding"))({
    ...valuesOf(customer),
    tenant_id: tenantId,
    logo: logo.html,
    controls,
    market: figures,
  });
  if ("wrong" in page) return invalidInput(page.wrong);
  abort.throwIfAborted();
  const file = join(FOLDER, "output", "docs", tenantId, "onboarding.html");
  await writeWhole(file, page.html, task.key);
  const outputs = { documentation_urls: pathToFileURL(file).href };
  return logo.warning === "" ? { outputs } : { outputs, warnings: [logo.warning] };
}

function valuesOf(customer: Fields): Values {
  const of = (field: string): string => text(customer[field]);
  return {
    customer_id: of("id"),
    name: of("name"),
    contact: of("contact"),
    email: of("email"),
    tier: of("tier"),
    country: of("country"),
    signed_on: of("signed_on"),
    seats: Number(customer["seats"] ?? 0),
  };
}

/** The customer's own logo within the page, or its initials with a warning where its file is missing. */
async function logoOf(
  customer: Fields,
): Promise<{ readonly html: Html; readonly warning: string }> {
  const file = text(customer["logo"]);
  const initials = initialsOf(text(customer["name"]));
  const standIn = { html: `<div class="logo initials">${escapeHtml(initials)}</div>` };
  if (file === "") return { html: standIn, warning: "" };
  const why = (what: string, mend: string): string =>
    `The logo of ${text(customer["id"])}, branding/${file}, ${what}: its page shows the initials ${initials}. ${mend}`;
  if (!LOGO.test(file)) {
    return { html: standIn, warning: why("is no .svg file", "Name one in branding/.") };
  }
  try {
    const svg = await readFile(join(FOLDER, "branding", file));
    if (svg.length > LOGO_BYTES_MOST) {
      const large = why(`has ${svg.length} bytes`, `Make it smaller than ${LOGO_BYTES_MOST}.`);
      return { html: standIn, warning: large };
    }
    const source = `data:image/svg+xml;base64,${svg.toString("base64")}`;
    return { html: { html: `<img class="logo" alt="" src="${source}">` }, warning: "" };
  } catch {
    return { html: standIn, warning: why("is missing", "Put it there and run again.") };
  }
}

function initialsOf(name: string): string {
  const words = name.split(/[^\p{Letter}\p{Number}]+/u).filter((word) => word !== "");
  return words
    .slice(0, 2)
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 0).toUpperCase())
    .join("");
}

async function controlRows(configs: readonly Fields[]): Promise<Rendered> {
  const row = await openTemplate("control");
  const rows = configs
    .flatMap((config) => objects(config["controls"]))
    .map((control) => {
      const named = (field: string): string => text(control[field]);
      const value = written(control["value"]);
      const [id, title, setting, source] = ["id", "title", "setting", "source"].map(named);
      return row({
        id: id ?? "",
        title: title ?? "",
        setting: setting ?? "",
        source: source ?? "",
        value,
      });
    });
  return joined(rows);
}

async function marketSection(country: string, markets: readonly Fields[]): Promise<Rendered> {
  const figures = markets.find((market) => market["country"] === country);
  if (!figures) return (await openTemplate("market-incomplete"))({ country });
  const { companies, growth_percent } = figures;
  return (await openTemplate("market"))({
    country,
    companies: Number(companies),
    growth_percent: Number(growth_percent),
  });
}

/** A setting as people read it. */
function written(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function joined(parts: readonly Rendered[]): Rendered {
  let html = "";
  for (const part of parts) {
    if ("wrong" in part) return part;
    html += part.html;
  }
  return { html };
}
