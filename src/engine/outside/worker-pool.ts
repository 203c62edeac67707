import type { Cell, Trade } from "./worker-cell.ts";

/** Workers of one module: as many as are needed, up to the most. */
export type WorkerPool<T extends Trade> = {
  /** One that is idle, or a new one; null where all are busy or the pool is closed. */
  take(): Cell<T> | null;
  /** Begins as many as are missing to so many that live. */
  warm(cells: number): void;
  /** Ends those that have nothing in hand. */
  renew(): Promise<void>;
  view(): readonly { readonly name: string; readonly busy: number; readonly fault: null }[];
  close(): Promise<void>;
};

export function openWorkerPool<T extends Trade>(
  cellsMost: number,
  open: () => Cell<T>,
): WorkerPool<T> {
  const cells = new Set<Cell<T>>();
  let isClosed = false;
  const begin = (): Cell<T> => {
    const cell = open();
    cells.add(cell);
    return cell;
  };
  const bury = (): void => {
    for (const cell of cells) if (!cell.isAlive()) cells.delete(cell);
  };
  return {
    take: () => {
      if (isClosed) return null;
      bury();
      for (const cell of cells) if (cell.isIdle()) return cell;
      return cells.size >= cellsMost ? null : begin();
    },
    warm: (least) => {
      bury();
      while (!isClosed && cells.size < Math.min(least, cellsMost)) begin();
    },
    renew: async () => {
      const idle = [...cells].filter((cell) => cell.isIdle());
      await Promise.all(idle.map((cell) => cell.end()));
      bury();
    },
    view: () => {
      bury();
      return [...cells].map((cell, at) => ({
        name: `worker ${at + 1}`,
        busy: cell.isIdle() ? 0 : 1,
        fault: null,
      }));
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...cells].map((cell) => cell.end()));
    },
  };
}
