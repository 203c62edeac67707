/** Where a request may come from. Whoever brings it says so; how far its words are believed, its channel says. */
export const REQUEST_SOURCES = ["customer", "staff", "system", "management"] as const;
export type RequestSource = (typeof REQUEST_SOURCES)[number];
