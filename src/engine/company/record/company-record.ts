import type { Problem } from "../../../core/problem.ts";
import type { Audited, OutsideCheckpoints, SignedNow } from "./audit.ts";
import type { AuditExported, ExportAsked } from "./audit-export.ts";
import type { ErasureList } from "./erased-before.ts";
import type { Erased, ErasureAsked, HoldTold } from "./erasing.ts";
import type { WhyAsked, WhyTold } from "./why.ts";

/** The verbs of the record: whether it is what was written, why something is as it is, and what is erased of whom. */
export interface CompanyRecord {
  /**
   * Whether the record of all that was done is what was written, from its first event, against the
   * checkpoints beside it and those that were kept elsewhere; and what was done against what is allowed.
   */
  audit(options?: { readonly checkpoints?: OutsideCheckpoints }): Promise<Audited>;
  /** Signs what the log holds now, for somebody outside to keep. */
  sign(): Promise<SignedNow>;
  /** Makes another key that signs from here on; what the old one signed stays good. */
  rotateKey(told: {
    readonly why: string;
    readonly by?: string;
  }): Promise<{ readonly key: string } | { readonly problems: readonly Problem[] }>;
  /**
   * Erases what is kept of a person: their key is destroyed, so that the record, which stays as it is,
   * shows "[erased]" in its place, and what stands open beside it is deleted.
   */
  erase(asked: ErasureAsked): Promise<Erased>;
  /** While a legal hold stands, what is kept of a person is not erased; without a reason it is let go of. */
  hold(told: HoldTold): Promise<readonly Problem[]>;
  /**
   * Erases whom a list names that was kept elsewhere, in a copy from before that: keys that are still there
   * are destroyed, and runs that work with them end. The company's own lists are gone through on opening.
   */
  eraseListed(told: ErasureList): Promise<Erased>;
  /** Writes what an auditor needs into a folder, with a program that verifies it offline; it is an event. */
  exportAudit(asked: ExportAsked): Promise<AuditExported>;
  /** On one page why a case, a run or a record is as it is: its source, data, agents, rules, approvals, writes, exceptions. */
  why(asked: WhyAsked): Promise<WhyTold>;
}
