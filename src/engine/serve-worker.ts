/** What a worker is told. One thing at a time. */
export type ToWorker<Ask, Back> =
  /** `turn` counts what this worker was asked: what is over asks for nothing more. */
  | { readonly type: "ask"; readonly ask: Ask; readonly turn: number }
  | { readonly type: "abort" }
  /** What became of what it asked in between; null: whoever works is to end. */
  | { readonly type: "back"; readonly id: number; readonly back: Back | null };

/** What it tells. `ready` comes first, once; after `fatal` it ends. */
export type FromWorker<Ready, Reply, Aside> =
  | { readonly type: "ready"; readonly ready: Ready }
  | { readonly type: "reply"; readonly reply: Reply }
  | { readonly type: "log"; readonly line: string }
  /** Asked of whoever began it, before it replies. */
  | { readonly type: "aside"; readonly id: number; readonly turn: number; readonly aside: Aside }
  | { readonly type: "fatal"; readonly why: string };

/** What the work in a worker has of the world outside. */
export type Hands<Aside, Back> = {
  readonly abort: AbortSignal;
  readonly log: (line: string) => void;
  /** Rejects when whoever works is to end. */
  readonly aside: (aside: Aside) => Promise<Back>;
};

export type Working<Ready, Ask, Reply, Aside, Back> = {
  readonly open: () => Promise<Ready>;
  /** Never rejects. What it gives is plain JSON of a bounded size. */
  readonly answer: (ask: Ask, hands: Hands<Aside, Back>) => Promise<Reply>;
  /** What was thrown and caught by nobody, in one line. */
  readonly wordsOf: (thrown: unknown) => string;
};

type Waiting<Back> = { readonly give: (back: Back) => void; readonly stop: (why: Error) => void };

/** The other end of a worker process: answers what it is asked, until it is ended from outside or left alone. */
export async function serveWorker<Ready, Ask, Reply, Aside, Back>(
  working: Working<Ready, Ask, Reply, Aside, Back>,
): Promise<void> {
  const tell = (message: FromWorker<Ready, Reply, Aside>, told: () => void = () => {}): void =>
    void (process.connected && process.send?.(message, undefined, undefined, told));
  process.on("disconnect", () => process.exit());
  process.on("uncaughtException", (thrown) => {
    const why = `ended its worker with ${working.wordsOf(thrown)}`;
    tell({ type: "fatal", why }, () => process.exit(1));
  });
  const waiting = new Map<number, Waiting<Back>>();
  let count = 0;
  const asideIn =
    (turn: number) =>
    (aside: Aside): Promise<Back> => {
      count += 1;
      const id = count;
      const back = new Promise<Back>((give, stop) => waiting.set(id, { give, stop }));
      // One that nobody waits for any more is no reason to end the worker.
      back.catch(() => {});
      tell({ type: "aside", id, turn, aside });
      return back;
    };
  const ready = await working.open();
  let abort = new AbortController();
  process.on("message", (message: ToWorker<Ask, Back>) => {
    if (message.type === "abort") return abort.abort();
    if (message.type === "back") return settle(waiting, message.id, message.back);
    abort = new AbortController();
    const log = (line: string): void => tell({ type: "log", line: String(line) });
    const hands = { abort: abort.signal, log, aside: asideIn(message.turn) };
    void working.answer(message.ask, hands).then((reply) => tell({ type: "reply", reply }));
  });
  tell({ type: "ready", ready });
}

function settle<Back>(waiting: Map<number, Waiting<Back>>, id: number, back: Back | null): void {
  const one = waiting.get(id);
  waiting.delete(id);
  if (back !== null) one?.give(back);
  else one?.stop(new DOMException("The attempt that asked is over.", "AbortError"));
}
