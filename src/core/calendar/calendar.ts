/** When a company works. Times are milliseconds since 1970, UTC; days are told in its zone. */
export type Calendar = {
  /** An IANA name: "Asia/Hong_Kong". */
  readonly zone: string;
  /** Minutes of the day in which it works, by weekday, 0 is Monday. */
  readonly week: readonly (readonly { readonly from: number; readonly to: number }[])[];
  /** Days on which it does not: "2026-12-25". */
  readonly holidays: readonly string[];
};

/** Works always: of a company that says nothing. */
export const ALWAYS: Calendar = {
  zone: "UTC",
  week: Array.from({ length: 7 }, () => [{ from: 0, to: 1_440 }]),
  holidays: [],
};

/** A length of time, of working time where `isWorking`. */
export type Span = { readonly ms: number; readonly isWorking: boolean };
