import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { shown } from "../reading/shape-problem.ts";
import type { HttpDefinition } from "./agent.ts";
import type { HttpAgentSource } from "./agent-source.ts";

/** Addresses of one agent. */
const URLS_MOST = 100;
/** `$env.NAME`, wherever it stands in a text. */
const VARIABLE = /\$env\.([A-Za-z_]\w*)/g;
/** These say how the body is sent, or are Muster's own. */
const OURS: readonly string[] = [
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "idempotency-key",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
const SECRET = /^(authorization|proxy-authorization|cookie|x-api-key|api-key|x-auth-token)$/i;

type Work = Pick<
  HttpDefinition,
  "kind" | "urls" | "method" | "headers" | "ca" | "healthPath" | "insecure"
>;

/** What is an http agent's own. */
export function httpWork(said: Partial<HttpAgentSource>, report: Report): Work {
  const { url = [], headers = {}, insecure = false } = said;
  const urls = typeof url === "string" ? [url] : url;
  checkHeaders(headers, report);
  const hasSecrets = Object.values(headers).some((value) => variablesIn(value).length > 0);
  urls.forEach((one, index) => {
    const path = typeof url === "string" ? ["url"] : ["url", index];
    checkUrl(one, { path, report, mayBePlain: insecure || !hasSecrets });
  });
  if (said.url !== undefined && (urls.length === 0 || urls.length > URLS_MOST))
    report.add({
      code: "wrong-value",
      message: `An http agent has 1 to ${URLS_MOST} addresses.`,
      mend: "Write url: https://…",
      path: ["url"],
    });
  const healthPath = said.health ?? null;
  if (healthPath !== null && !healthPath.startsWith("/"))
    report.add({
      code: "wrong-value",
      message: "What is got for its health is a path at each of its addresses.",
      mend: "Write health: /health.",
      path: ["health"],
    });
  const { method = "POST", ca = null } = said;
  return { kind: "http", urls: [...new Set(urls)], method, headers, ca, healthPath, insecure };
}

/** Names of the variables in a text. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(VARIABLE)].map(([, name = ""]) => name);
}

/** The text with what its variables hold; one that is not set is left as it stands. */
export function withVariables(
  text: string,
  variable: (name: string) => string | undefined,
): string {
  return text.replaceAll(VARIABLE, (written, name: string) => variable(name) ?? written);
}

type Spot = { readonly path: ValuePath; readonly report: Report; readonly mayBePlain: boolean };

/** Where a part of it is a variable, nobody can know yet what it will be: it is looked at when it is opened. */
function checkUrl(text: string, { path, report, mayBePlain }: Spot): void {
  if (variablesIn(text).length > 0) return;
  const wrong = whatIsWrongWith(text, mayBePlain);
  if (wrong !== null) report.add({ code: "wrong-value", ...wrong, path });
}

/** Whether an agent may be asked at this address; null is: yes. */
export function whatIsWrongWith(
  text: string,
  mayBePlain: boolean,
): { readonly message: string; readonly mend: string } | null {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol))
    return { message: `${shown(text)} is no address.`, mend: "Write https://HOST/PATH." };
  if (url.username !== "" || url.password !== "")
    return {
      message: "An address holds no name and password.",
      mend: "Send them as a header: headers: {Authorization: Basic $env.NAME}.",
    };
  if (mayBePlain || url.protocol === "https:" || isThisMachine(url.hostname)) return null;
  return {
    message: `Secrets would go to ${url.hostname} without encryption.`,
    mend: "Write https://, or insecure: true where the network between is your own.",
  };
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function checkHeaders(headers: Readonly<Record<string, string>>, report: Report): void {
  for (const [name, value] of Object.entries(headers)) {
    const path = ["headers", name];
    if (OURS.includes(name.toLowerCase()))
      report.add({
        code: "wrong-value",
        message: `The header "${name}" is Muster's to send.`,
        mend: "Take it out.",
        path,
        key: true,
      });
    else if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value))
      report.add({
        code: "wrong-value",
        message: `${shown(`${name}: ${value}`)} is no header.`,
        mend: "Names are letters, digits and -; values are plain ASCII.",
        path,
      });
    else if (SECRET.test(name) && variablesIn(value).length === 0)
      report.add({
        code: "advice",
        severity: "warning",
        message: `The header "${name}" holds a secret, and it stands in this file.`,
        mend: `Write ${name}: $env.NAME, and give the variable to Muster.`,
        path,
      });
  }
}
