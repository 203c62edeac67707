import type { CsvField } from "./csv.ts";

export type Customer = {
  readonly id: string;
  readonly name: string;
  readonly contact: string;
  readonly email: string;
  readonly tier: string;
  readonly country: string;
  readonly seats: number;
  /** YYYY-MM-DD */
  readonly signed_on: string;
  /** A file in branding/; "" where the customer gave none. */
  readonly logo: string;
};

/** What is wrong with one field and how to mend it. */
export type FieldProblem = {
  readonly line: number;
  readonly column: number;
  readonly field: string;
  readonly value: string;
  readonly what: string;
  readonly mend: string;
};

type Column = keyof Customer;
export type Fields = Readonly<Record<Column, CsvField>>;
type Complaint = { readonly what: string; readonly mend: string };

export const COLUMNS: readonly Column[] = [
  "id",
  "name",
  "contact",
  "email",
  "tier",
  "country",
  "seats",
  "signed_on",
  "logo",
];

const TIERS = ["enterprise", "business", "starter"];
const SEATS_MOST = 1_000_000;
const NAME_CHARACTERS_MOST = 120;

/** @returns null where the field is as the schema wants it */
const RULES: Readonly<Record<Column, (value: string) => Complaint | null>> = {
  id: (value) =>
    /^CUST-\d{4}$/.test(value)
      ? null
      : { what: "the id has another form", mend: "Write it as CUST- and four digits." },
  name: checkName,
  contact: (value) =>
    value === "" ? { what: "the contact is missing", mend: "Name a person to write to." } : null,
  email: (value) =>
    /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value)
      ? null
      : { what: "this is no e-mail address", mend: "Write it as name@company.example." },
  tier: (value) =>
    TIERS.includes(value)
      ? null
      : { what: "nobody knows this tier", mend: `Tiers here: ${TIERS.join(", ")}.` },
  country: (value) =>
    /^[A-Z]{2}$/.test(value)
      ? null
      : { what: "this is no country code", mend: "Write two capital letters, such as DE." },
  seats: (value) =>
    /^\d{1,7}$/.test(value) && Number(value) >= 1 && Number(value) <= SEATS_MOST
      ? null
      : { what: "seats is no number of people", mend: `Write a number from 1 to ${SEATS_MOST}.` },
  signed_on: checkDate,
  logo: (value) =>
    value === "" || /^[a-z0-9-]+\.svg$/.test(value)
      ? null
      : { what: "the logo is no file in branding/", mend: "Name an .svg file, or leave it empty." },
};

/** Every problem of one row, in the order of its columns. */
export function checkCustomer(fields: Fields): readonly FieldProblem[] {
  return COLUMNS.flatMap((column) => {
    const { text, line, column: at } = fields[column];
    const complaint = RULES[column](text.trim());
    return complaint ? [{ line, column: at, field: column, value: text, ...complaint }] : [];
  });
}

/** A row as a customer; asked only where the row was checked, or nobody wants it checked. */
export function toCustomer(fields: Fields): Customer {
  const of = (column: Column): string => fields[column].text.trim();
  return {
    id: of("id"),
    name: of("name"),
    contact: of("contact"),
    email: of("email"),
    tier: of("tier"),
    country: of("country"),
    seats: Number(of("seats")),
    signed_on: of("signed_on"),
    logo: of("logo"),
  };
}

function checkName(value: string): Complaint | null {
  if (value === "") return { what: "the name is missing", mend: "Write the company's name." };
  if (value.length <= NAME_CHARACTERS_MOST) return null;
  return {
    what: `the name has ${value.length} characters`,
    mend: `Shorten it to ${NAME_CHARACTERS_MOST}.`,
  };
}

function checkDate(value: string): Complaint | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (!parts) {
    return { what: "this is no date", mend: "Write it as YYYY-MM-DD, such as 2025-11-03." };
  }
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month >= 1 && month <= 12 && day >= 1 && day <= last) return null;
  return month < 1 || month > 12
    ? { what: `there is no month ${month}`, mend: "Months go from 01 to 12." }
    : { what: `there is no such day`, mend: `That month has the days 01 to ${last}.` };
}
