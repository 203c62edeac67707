/** How long published events are kept: whichever is reached first. */
export type Retention = {
  /** How many at most; a few more while they are swept. */
  readonly most: number;
  readonly ageMs: number;
};

/** A million of them, for thirty days. */
export const RETENTION: Retention = { most: 1_000_000, ageMs: 30 * 86_400_000 };

/** Rows looked at for sweeping with each batch that is published, beside as many as the batch has. */
export const SWEPT_MOST = 100;
