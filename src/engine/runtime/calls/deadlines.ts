/**
 * Many moments, one timer: a binary heap of entries that know their place in it, so that one which
 * is no longer needed leaves at once and nothing is kept for an attempt that has ended.
 */
export type Deadlines<Item extends Deadline> = {
  readonly add: (item: Item) => void;
  readonly remove: (item: Item) => void;
  /** The soonest moment; null when there is none. */
  readonly next: () => number | null;
  /** Takes out one that is due, the soonest first; null when none is. */
  readonly due: (now: number) => Item | null;
};

export type Deadline = {
  readonly due: number;
  /** Where it stands in the heap; -1 while it is not in it. Only the heap writes it. */
  slot: number;
};

export function openDeadlines<Item extends Deadline>(): Deadlines<Item> {
  const heap: Item[] = [];
  return {
    add: (item) => {
      heap.push(item);
      put(heap, item, rise(heap, item, heap.length - 1));
    },
    remove: (item) => remove(heap, item),
    next: () => heap[0]?.due ?? null,
    due: (now) => {
      const first = heap[0];
      if (first === undefined || first.due > now) return null;
      remove(heap, first);
      return first;
    },
  };
}

function put<Item extends Deadline>(heap: Item[], item: Item, slot: number): void {
  heap[slot] = item;
  item.slot = slot;
}

/** Moves what is later down, from a slot up. @returns the slot that is free for the item */
function rise<Item extends Deadline>(heap: Item[], item: Item, from: number): number {
  let slot = from;
  while (slot > 0) {
    const above = (slot - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || parent.due <= item.due) break;
    put(heap, parent, slot);
    slot = above;
  }
  return slot;
}

/** Moves what is sooner up, from a slot down. @returns the slot that is free for the item */
function sink<Item extends Deadline>(heap: Item[], item: Item, from: number): number {
  let slot = from;
  for (;;) {
    const left = heap[slot * 2 + 1];
    const right = heap[slot * 2 + 2];
    const child = right !== undefined && left !== undefined && right.due < left.due ? right : left;
    if (child === undefined || child.due >= item.due) return slot;
    const below = child.slot;
    put(heap, child, slot);
    slot = below;
  }
}

function remove<Item extends Deadline>(heap: Item[], item: Item): void {
  const slot = item.slot;
  if (slot < 0) return;
  item.slot = -1;
  const last = heap.pop();
  if (last === undefined || last === item) return;
  const risen = rise(heap, last, slot);
  put(heap, last, risen === slot ? sink(heap, last, slot) : risen);
}
