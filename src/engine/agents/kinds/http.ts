import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { resolve } from "node:path";
import { type HttpDefinition, whatIsWrongWith } from "../../../core/definition/index.ts";
import {
  type Exchanged,
  exchange,
  type Question,
  type Secrets,
  secretsIn,
} from "../../outside/index.ts";
import type { Agent, AgentTask } from "../agent.ts";
import { type Origin } from "../answer.ts";
import { failed, stopped } from "../failed.ts";
import { OUTPUT_BYTES_MOST } from "../invalid-answer.ts";
import type { Setting } from "../setting.ts";
import { saidBy } from "./http-answer.ts";
import { inRounds, type Round } from "./http-rounds.ts";
import type { Said } from "./http-uses.ts";
import { type Instance, openInstances } from "./instances.ts";

/** Redirects that keep the method and lead to the same machine; others are not followed at all. */
const REDIRECTS_MOST = 3;
const HEALTH_MS_MOST = 5_000;
const HEALTH_BYTES_MOST: number = 64 * 1024;

/**
 * An address that is asked over http: `{ "task": … }` as the body, one answer of the protocol as the
 * answer's. It uses tools by asking for them in its answer; then it is asked again with what came of it.
 * The call's key goes along as the header `Idempotency-Key`, from the second round on with the number of
 * the round behind it. Of several addresses the one
 * with the least to do is asked; one that cannot be reached is passed over, since nothing was done
 * there. Once the question was sent, only an answer can say that nothing was done.
 *
 * What its variables hold is in no message, output or log line, whatever the other side sends back.
 */
export async function openHttp(definition: HttpDefinition, setting: Setting): Promise<Agent> {
  const { headers, urls } = definition;
  const secrets = secretsIn([...urls, ...Object.values(headers)], setting);
  const instances = openInstances(urls, () => setting.now());
  const open: Opened = {
    definition,
    setting,
    secrets,
    origin: { name: definition.name, classOf: setting.classOf },
  };
  return {
    name: definition.name,
    digest: definition.digest,
    effects: definition.effects,
    capabilities: definition.capabilities,
    concurrency: definition.concurrency,
    timeoutMs: definition.timeoutMs,
    health: async () => {
      const unfit = faultOf(open);
      if (unfit !== null) return unfit;
      return await instances.health((url) => healthAt(open, url));
    },
    instances: () => instances.view(),
    attempt: async (task, tools, abort) => {
      if (abort.aborted) return stopped(definition.name, abort, true);
      const unfit = faultOf(open);
      if (unfit !== null) return failed("agent_unavailable", unfit, true);
      const ask = (round: Round): Promise<Said> => perform(open, instances, { task, round, abort });
      return await inRounds({ agent: definition.name, tools, abort, ask });
    },
    close: async () => {},
  };
}

type Opened = {
  readonly definition: HttpDefinition;
  readonly setting: Setting;
  readonly secrets: Secrets;
  readonly origin: Origin;
};
type Asked = {
  readonly task: AgentTask;
  readonly round: Round;
  readonly abort: AbortSignal;
};

/** What would keep it from being asked, as a sentence with the mend. */
function faultOf({ definition, setting, secrets }: Opened): string | null {
  if (secrets.unset.length > 0)
    return `It needs ${secrets.unset.join(", ")} in its environment, and ours has none. Set it, or take it out of agents/${definition.name}.yaml.`;
  const { ca, urls, insecure, headers } = definition;
  const mayBePlain = insecure || Object.values(headers).every((value) => !value.includes("$env."));
  for (const url of urls) {
    const wrong = whatIsWrongWith(secrets.fill(url), mayBePlain);
    if (wrong !== null) return secrets.hide(`${wrong.message} ${wrong.mend}`);
  }
  if (ca === null) return null;
  try {
    readFileSync(resolve(setting.folder, ca));
    return null;
  } catch {
    return `The certificates in ${ca} cannot be read. Its definition names that file under "ca".`;
  }
}

function questionFor(open: Opened, url: URL, body: string): Omit<Question, "headers"> {
  const { ca, method } = open.definition;
  const certificates = ca === null ? null : readFileSync(resolve(open.setting.folder, ca), "utf8");
  return { url, method, body, ca: certificates, answerBytesMost: OUTPUT_BYTES_MOST };
}

function headersOf({ definition, secrets }: Opened): Record<string, string> {
  const said = Object.entries(definition.headers);
  return {
    accept: "application/json",
    "accept-encoding": "identity",
    "user-agent": "muster",
    ...Object.fromEntries(said.map(([name, value]) => [name, secrets.fill(value)])),
  };
}

/** The address with the least to do; where it cannot even be reached, the next. */
async function perform(
  open: Opened,
  instances: ReturnType<typeof openInstances>,
  asked: Asked,
): Promise<Said> {
  const tried = new Set<Instance>();
  let last: Said | null = null;
  const isLater = asked.round.round > 1;
  for (;;) {
    const instance = instances.take(tried);
    if (instance === null) break;
    tried.add(instance);
    const exchanged = await ask(open, instance.name, asked);
    instances.left(instance, exchanged.kind === "unsent" ? exchanged.why : null);
    const answer = saidBy(exchanged, { ...open, abort: asked.abort, isLater });
    if (exchanged.kind !== "unsent" || asked.abort.aborted) return answer;
    last = answer;
  }
  return last ?? failed("agent_unavailable", "It has no address.", !isLater);
}

/** All that it needs stands in each question: any of its addresses can take any round. */
async function ask(
  open: Opened,
  address: string,
  { task, round: { round, tools, used }, abort }: Asked,
): Promise<Exchanged> {
  let url = new URL(open.secrets.fill(address));
  const headers = {
    ...headersOf(open),
    "content-type": "application/json",
    "idempotency-key": round === 1 ? task.key : `${task.key}.${round}`,
  };
  const body = JSON.stringify(tools === null ? { task } : { task, round, tools, used });
  for (let redirects = 0; ; redirects += 1) {
    const exchanged = await exchange({ ...questionFor(open, url, body), headers }, abort);
    const next = redirects < REDIRECTS_MOST ? redirectIn(exchanged, url) : null;
    if (next === null) return exchanged;
    url = next;
  }
}

/** Only what is to be sent again as it is, to the same machine: it is shown our secrets. */
function redirectIn(exchanged: Exchanged, from: URL): URL | null {
  if (exchanged.kind !== "answered" || ![307, 308].includes(exchanged.status)) return null;
  const to = URL.parse(exchanged.headers.location ?? "", from.href);
  return to !== null && to.origin === from.origin ? to : null;
}

/** null is: well. */
async function healthAt(open: Opened, address: string): Promise<string | null> {
  const url = new URL(open.secrets.fill(address));
  const { healthPath } = open.definition;
  const host = open.secrets.hide(url.host);
  if (healthPath === null) {
    const why = await unreachable(url);
    return why === null ? null : `Nobody answers at ${host}: ${open.secrets.hide(why)}.`;
  }
  const question = {
    ...questionFor(open, new URL(healthPath, url), ""),
    method: "GET",
    headers: headersOf(open),
    answerBytesMost: HEALTH_BYTES_MOST,
  };
  const exchanged = await exchange(question, AbortSignal.timeout(HEALTH_MS_MOST));
  if (exchanged.kind === "answered")
    return exchanged.status >= 200 && exchanged.status < 300
      ? null
      : `${host}${healthPath} answers with status ${exchanged.status}.`;
  if (exchanged.kind === "stopped")
    return `${host}${healthPath} gave no answer within ${HEALTH_MS_MOST / 1_000} seconds.`;
  const why = "why" in exchanged ? exchanged.why : "its answer is too large";
  return `${host}${healthPath} cannot be asked: ${open.secrets.hide(why)}.`;
}

/** Whether somebody listens there; nothing is sent. */
function unreachable(url: URL): Promise<string | null> {
  const { promise, resolve: tell } = Promise.withResolvers<string | null>();
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const socket = connect({ host: url.hostname.replaceAll(/^\[|\]$/g, ""), port });
  socket.setTimeout(HEALTH_MS_MOST, () => {
    tell(`no connection within ${HEALTH_MS_MOST / 1_000} seconds`);
    socket.destroy();
  });
  socket.once("connect", () => {
    tell(null);
    socket.destroy();
  });
  socket.once("error", (error) => tell(error.message || error.name));
  return promise;
}
