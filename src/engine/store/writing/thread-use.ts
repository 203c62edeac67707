/** When batches are handed to the thread that writes. By itself, so that the types of the package need none of Node. */
export type ThreadUse = {
  /** Appends in a batch from which on it is handed over; 0: the thread is begun at once, and writes all. */
  readonly from: number;
  /** Told when the thread can write. */
  readonly ready?: () => void;
};
