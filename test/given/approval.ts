import {
  type Approval,
  type ApprovalEvent,
  type ApprovalFacts,
  type ApprovalTold,
  type AskedOf,
  begunApproval,
  type Chain,
  type Delegation,
  dueApproval,
  evolveApproval,
  hearApproval,
  openApproval,
  type Terms,
} from "../../src/core/approval/index.ts";
import { ALWAYS, addSpan } from "../../src/core/calendar/index.ts";
import type { Digest } from "../../src/core/id.ts";
import { isObject, type JsonObject } from "../../src/core/json.ts";
import type { Problem } from "../../src/core/problem.ts";
import { digestOf } from "./workflow.ts";

export const HOUR = 3_600_000;
export const BEGIN = 1_700_000_000_000;

/** Who works at the shop of these tests: two managers, a director, two in finance, one at the desk. */
export const ROLES: Readonly<Record<string, readonly string[]>> = {
  manager: ["ana", "ben"],
  director: ["wing"],
  finance: ["fay", "gus"],
  duty: ["dot", "rita"],
  support: ["ana", "rita"],
};

export const MANAGER_OF: Readonly<Record<string, string>> = { rita: "ana", ana: "wing" };

export const REFUND: Chain = {
  name: "refund-manager",
  digest: "chain-1",
  stages: [
    {
      from: { role: "manager" },
      need: 1,
      due: { ms: 4 * HOUR, isWorking: false },
      isDistinct: false,
    },
  ],
  not: ["requester", "editor"],
  edit: { "refund.amount": "decrease", text: "any" },
  remind: [0.5, 0.9],
  onTimeout: [
    { kind: "escalate", to: { role: "director" }, after: { ms: 2 * HOUR, isWorking: false } },
    { kind: "reject" },
  ],
  bulk: {
    most: 3,
    onlyIf: {
      text: "action.small",
      evaluate: ({ action }) => ({
        holds: isObject(action) && action["small"] === true ? "true" : "undetermined",
        missing: [],
        leaves: [],
      }),
    },
  },
  breakGlass: { role: "duty", review: "director" },
};

export type Town = {
  roles: Record<string, readonly string[]>;
  delegations: readonly Delegation[];
  at: number;
};

/** One approval, driven by hand. */
export type Driven = {
  readonly town: Town;
  readonly approval: () => Approval;
  readonly events: ApprovalEvent[];
  readonly facts: (by: string) => ApprovalFacts;
  readonly tell: (by: string, told: ApprovalTold) => Problem | null;
  readonly approve: (
    by: string,
    more?: Partial<Extract<ApprovalTold, { type: "vote" }>>,
  ) => Problem | null;
  readonly reject: (by: string) => Problem | null;
  readonly edit: (by: string, changes: JsonObject) => Problem | null;
  /** Time passes; what is due happens. */
  readonly after: (ms: number) => void;
};

type More = Partial<Omit<Terms, "presented" | "chain" | "isLowRisk">> &
  Partial<Omit<AskedOf, "terms">>;

export function askedOf(chain: Chain, more: More = {}): AskedOf {
  const { digest, ask, show, evidence, use, reads, ...terms } = more;
  const args = terms.args ?? { refund: { amount: 640 }, text: "Sorry." };
  return {
    digest: digest ?? digestOf(JSON.stringify(args)),
    ask: ask ?? "Refund HKD 640 to Ada Leung?",
    show: show ?? args,
    ...(evidence === undefined ? {} : { evidence }),
    ...(use === undefined ? {} : { use }),
    ...(reads === undefined ? {} : { reads }),
    terms: {
      chain,
      parties: { requesters: ["rita"], owners: ["wing"], agent: "support" },
      rules: [{ rule: "refund-over-limit", version: "rule-1" }],
      what: "refund.pay",
      ...terms,
      args,
    },
  };
}

export function drive(asked: AskedOf, given: Partial<Town> = {}): Driven {
  const town: Town = { roles: { ...ROLES }, delegations: [], at: BEGIN, ...given };
  const facts = (by: string): ApprovalFacts => ({
    at: town.at,
    by,
    people: (name) => town.roles[name] ?? [],
    manager: (person) => MANAGER_OF[person] ?? null,
    delegations: town.delegations,
    after: (at, span) => addSpan(ALWAYS, at, span),
    digest: digestOf,
  });
  let approval = begunApproval(asked, facts("muster"));
  const events: ApprovalEvent[] = [];
  const happen = (by: string, all: readonly ApprovalEvent[]): void => {
    for (const event of all) {
      events.push(event);
      approval = evolveApproval(approval, event, { at: town.at, by });
    }
  };
  const again = (args: JsonObject) =>
    openApproval(askedOf(asked.terms.chain, { args }), facts("muster"));
  const tell = (by: string, told: ApprovalTold): Problem | null => {
    const heard = hearApproval(approval, told, { ...facts(by), again });
    if ("code" in heard) return heard;
    happen(by, heard);
    return null;
  };
  const shown = (): { digest: Digest; presented: Digest } => ({
    digest: approval.gate.digest,
    presented: approval.gate.terms?.presented ?? approval.gate.digest,
  });
  return {
    town,
    approval: () => approval,
    events,
    facts,
    tell,
    approve: (by, more = {}) =>
      tell(by, { type: "vote", ...shown(), allow: true, reason: "", ...more }),
    reject: (by) => tell(by, { type: "vote", ...shown(), allow: false, reason: "It is too much." }),
    edit: (by, changes) =>
      tell(by, { type: "edit", digest: approval.gate.digest, changes, reason: "As agreed." }),
    after: (ms) => {
      const until = town.at + ms;
      for (;;) {
        const { due, remind } = approval;
        const next = Math.min(due ?? Infinity, ...remind);
        if (next > until || approval.state !== "open") break;
        town.at = next;
        happen("muster", dueApproval(approval, facts("muster")));
      }
      town.at = until;
    },
  };
}
