/**
 * The controls that each framework asks of a tenant, as settings a system can apply. A selection for
 * onboarding, not the whole of any framework; `source` says where the text stands.
 */
export type Control = {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly setting: string;
  readonly value: string | number | boolean;
};

const ENCRYPTED = { title: "Data at rest is encrypted", setting: "encryption_at_rest" };
const IN_TRANSIT = { title: "Data in transit is encrypted", setting: "tls_version_least" };
const LOGGED = { title: "Audit logs are kept", setting: "audit_log_retention_days" };
const REVIEWED = { title: "Access is reviewed", setting: "access_review_every_days" };
const SIGNED_IN = { title: "Signing in needs a second factor", setting: "second_factor" };
const BACKED_UP = { title: "Data is backed up", setting: "backup_every_hours" };

const CONTROLS: Readonly<Record<string, readonly Control[]>> = {
  HIPAA: [
    { id: "HIPAA-1", ...ENCRYPTED, source: "45 CFR 164.312(a)(2)(iv)", value: "AES-256" },
    { id: "HIPAA-2", ...IN_TRANSIT, source: "45 CFR 164.312(e)(1)", value: "1.2" },
    { id: "HIPAA-3", ...LOGGED, source: "45 CFR 164.312(b), 164.316(b)(2)(i)", value: 2192 },
    { id: "HIPAA-4", ...REVIEWED, source: "45 CFR 164.308(a)(1)(ii)(D)", value: 90 },
    { id: "HIPAA-5", ...SIGNED_IN, source: "45 CFR 164.312(d)", value: true },
    {
      id: "HIPAA-6",
      title: "Idle sessions are ended",
      source: "45 CFR 164.312(a)(2)(iii)",
      setting: "session_idle_minutes_most",
      value: 15,
    },
    { id: "HIPAA-7", ...BACKED_UP, source: "45 CFR 164.308(a)(7)(ii)(A)", value: 24 },
  ],
  SOC2: [
    { id: "SOC2-1", ...ENCRYPTED, source: "TSC CC6.1", value: "AES-256" },
    { id: "SOC2-2", ...IN_TRANSIT, source: "TSC CC6.7", value: "1.2" },
    { id: "SOC2-3", ...LOGGED, source: "TSC CC7.2", value: 365 },
    { id: "SOC2-4", ...REVIEWED, source: "TSC CC6.3", value: 90 },
    {
      id: "SOC2-5",
      title: "Changes are approved by a second person",
      source: "TSC CC8.1",
      setting: "change_approvals_least",
      value: 1,
    },
    { id: "SOC2-6", ...BACKED_UP, source: "TSC A1.2", value: 24 },
  ],
  GDPR: [
    { id: "GDPR-1", ...ENCRYPTED, source: "Art. 32(1)(a)", value: "AES-256" },
    {
      id: "GDPR-2",
      title: "Processing is recorded",
      source: "Art. 30",
      setting: "processing_record",
      value: true,
    },
    {
      id: "GDPR-3",
      title: "A breach is notified in time",
      source: "Art. 33(1)",
      setting: "breach_notice_hours_most",
      value: 72,
    },
    {
      id: "GDPR-4",
      title: "Requests of data subjects are answered in time",
      source: "Art. 12(3), 15, 17",
      setting: "subject_request_days_most",
      value: 30,
    },
    {
      id: "GDPR-5",
      title: "Personal data is erased when the contract ends",
      source: "Art. 28(3)(g)",
      setting: "erase_after_contract_days_most",
      value: 30,
    },
  ],
  ISO27001: [
    { id: "ISO27001-1", ...ENCRYPTED, source: "Annex A 8.24 (2022)", value: "AES-256" },
    { id: "ISO27001-2", ...LOGGED, source: "Annex A 8.15 (2022)", value: 365 },
    { id: "ISO27001-3", ...REVIEWED, source: "Annex A 5.18 (2022)", value: 180 },
    { id: "ISO27001-4", ...BACKED_UP, source: "Annex A 8.13 (2022)", value: 24 },
    {
      id: "ISO27001-5",
      title: "Incidents have an owner",
      source: "Annex A 5.24 (2022)",
      setting: "incident_owner",
      value: "security-team",
    },
  ],
  "PCI-DSS": [
    { id: "PCI-DSS-1", ...ENCRYPTED, source: "PCI DSS 4.0, 3.5.1", value: "AES-256" },
    { id: "PCI-DSS-2", ...IN_TRANSIT, source: "PCI DSS 4.0, 4.2.1", value: "1.2" },
    { id: "PCI-DSS-3", ...LOGGED, source: "PCI DSS 4.0, 10.5.1", value: 365 },
    { id: "PCI-DSS-4", ...REVIEWED, source: "PCI DSS 4.0, 7.2.4", value: 180 },
    { id: "PCI-DSS-5", ...SIGNED_IN, source: "PCI DSS 4.0, 8.4.2", value: true },
    {
      id: "PCI-DSS-6",
      title: "Passwords are long",
      source: "PCI DSS 4.0, 8.3.6",
      setting: "password_characters_least",
      value: 12,
    },
  ],
};

export const KNOWN_FRAMEWORKS: readonly string[] = Object.keys(CONTROLS);

/** "iso 27001" and "ISO27001" are one framework. @returns null where nobody knows it */
export function frameworkNamed(name: string): string | null {
  return KNOWN_FRAMEWORKS.find((known) => plain(known) === plain(name)) ?? null;
}

/** @returns none for a framework that is not one of `KNOWN_FRAMEWORKS` */
export function controlsOf(framework: string): readonly Control[] {
  return CONTROLS[framework] ?? [];
}

function plain(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}
