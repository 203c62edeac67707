/**
 * `accounts`: what all runs together have used of a company's budget, or set aside, by unit and
 * period. A row changes only in the transaction that holds the events which say why.
 */
export const LEDGER = `
create table accounts (
  name text primary key,
  amount integer not null
) strict, without rowid;
`;
