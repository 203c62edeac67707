/** First in, first out, without moving what stays: taking from the front costs the same at any length. */
export type Queue<Item> = {
  readonly push: (item: Item) => void;
  readonly first: () => Item | undefined;
  readonly shift: () => Item | undefined;
  readonly size: () => number;
};

/** Entries given back at the front are kept as holes until there are this many, and half of all. */
const HOLES_MOST = 1_024;

export function openQueue<Item>(): Queue<Item> {
  let items: (Item | undefined)[] = [];
  let head = 0;
  return {
    push: (item) => {
      items.push(item);
    },
    first: () => items[head],
    shift: () => {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      head += 1;
      if (head === items.length) {
        items = [];
        head = 0;
      } else if (head > HOLES_MOST && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    size: () => items.length - head,
  };
}
