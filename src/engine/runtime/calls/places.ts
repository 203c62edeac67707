import { openQueue, type Queue } from "./queue.ts";

/**
 * Who may perform now. A holder asks for all its places at once and gets all or none, so nobody
 * holds one place while it waits for another, and nothing deadlocks. The one place that everybody
 * needs, a share of what is in flight in this process, is taken last; whoever has it waits for
 * nothing more.
 *
 * First come, first served among those who ask for the same; a holder whose places are free may
 * overtake one whose places are not, but only `OVERTAKEN_MOST` times.
 */
export type Places<Holder> = {
  /** Those who ask for the same; found once, used for every holder. */
  readonly party: (wants: readonly Want[]) => Party<Holder>;
  /** null: it holds its places now. Else it waits, and `granted` is called with it later. */
  readonly take: (holder: Holder, party: Party<Holder>) => Waiting<Holder> | null;
  /** Gives its places back, but not its share of what is in flight. */
  readonly release: (party: Party<Holder>) => void;
  /** Gives shares of what is in flight back: what these holders did is on disk. */
  readonly landed: (count: number) => void;
  /** It waits no longer. */
  readonly forget: (waiting: Waiting<Holder>) => void;
  /** Names of the places that are full; empty is: too much is in flight in this process. */
  readonly lacking: (waiting: Waiting<Holder>) => readonly string[];
  readonly inFlight: () => number;
  /** From now on so many may be in flight; those that are go on. */
  readonly admit: (inFlightMost: number) => void;
};

export type Want = { readonly place: string; readonly capacity: number };

export type Party<Holder> = {
  readonly wants: readonly { readonly place: Place<Holder>; readonly named: Named }[];
  readonly queue: Queue<Waiting<Holder>>;
  /** How many younger ones went before its first, on a place they share. */
  overtaken: number;
};

export type Waiting<Holder> = {
  readonly holder: Holder;
  readonly party: Party<Holder>;
  readonly arrival: number;
  /** Has its places and waits for a share of what is in flight. */
  placed: boolean;
  gone: boolean;
};

/** A capacity, and how many holders and waiters name it. */
type Named = { readonly capacity: number; count: number };

type Place<Holder> = {
  readonly name: string;
  held: number;
  /** The least that its holders and waiters name applies. */
  readonly named: Named[];
  least: number;
  readonly parties: Party<Holder>[];
  /** Waiters that are not placed. */
  waiting: number;
};

/** How often one who waits may be overtaken before its places are kept for it. */
const OVERTAKEN_MOST = 16;

type State<Holder> = {
  readonly places: Map<string, Place<Holder>>;
  readonly parties: Map<string, Party<Holder>>;
  /** The same by the list itself, which is mostly the same list. */
  readonly known: WeakMap<readonly Want[], Party<Holder>>;
  /** Have their places and wait for a share of what is in flight. */
  readonly placed: Queue<Waiting<Holder>>;
  inFlightMost: number;
  readonly granted: (holder: Holder) => void;
  inFlight: number;
  arrivals: number;
  isServing: boolean;
};

export function openPlaces<Holder>(
  inFlightMost: number,
  granted: (holder: Holder) => void,
): Places<Holder> {
  const state: State<Holder> = {
    places: new Map(),
    parties: new Map(),
    known: new WeakMap(),
    placed: openQueue(),
    inFlightMost,
    granted,
    inFlight: 0,
    arrivals: 0,
    isServing: false,
  };
  return {
    party: (wants) => partyOf(state, wants),
    take: (holder, party) => take(state, holder, party),
    release: (party) => {
      for (const { place } of party.wants) place.held -= 1;
      unname(party);
      admit(state, party);
    },
    landed: (count) => {
      state.inFlight -= count;
      serve(state);
    },
    forget: (waiting) => forget(state, waiting),
    lacking: ({ placed, party }) =>
      placed ? [] : party.wants.filter(({ place }) => isFull(place)).map(({ place }) => place.name),
    inFlight: () => state.inFlight,
    admit: (inFlightMost) => {
      state.inFlightMost = inFlightMost;
      serve(state);
    },
  };
}

function partyOf<Holder>(state: State<Holder>, wants: readonly Want[]): Party<Holder> {
  const known = state.known.get(wants);
  if (known !== undefined) return known;
  const name = wants.map((want) => `${want.place}\n${want.capacity}`).join("\n\n");
  const party = state.parties.get(name) ?? newParty(state.places, wants);
  state.parties.set(name, party);
  state.known.set(wants, party);
  return party;
}

function take<Holder>(
  state: State<Holder>,
  holder: Holder,
  party: Party<Holder>,
): Waiting<Holder> | null {
  name(party);
  state.arrivals += 1;
  const arrival = state.arrivals;
  const isFree = head(party.queue) === undefined && fits(party, arrival);
  if (isFree) hold(party, arrival);
  if (isFree && state.inFlight < state.inFlightMost && head(state.placed) === undefined) {
    state.inFlight += 1;
    return null;
  }
  const waiting = { holder, party, arrival, placed: isFree, gone: false };
  if (isFree) state.placed.push(waiting);
  else {
    party.queue.push(waiting);
    wait(party, 1);
  }
  return waiting;
}

function forget<Holder>(state: State<Holder>, waiting: Waiting<Holder>): void {
  if (waiting.gone) return;
  waiting.gone = true;
  if (waiting.placed) for (const { place } of waiting.party.wants) place.held -= 1;
  else wait(waiting.party, -1);
  unname(waiting.party);
  admit(state, waiting.party);
}

/** Lets in whoever waited for the places that this party gave back. */
function admit<Holder>(state: State<Holder>, party: Party<Holder>): void {
  for (const { place } of party.wants) {
    while (place.waiting > 0) {
      const next = oldestThatFits(place);
      if (next === null) break;
      next.party.queue.shift();
      wait(next.party, -1);
      hold(next.party, next.arrival);
      next.placed = true;
      state.placed.push(next);
    }
  }
  serve(state);
}

/** Grants in a loop, because a holder that is done at once gives its places back inside `granted`. */
function serve<Holder>(state: State<Holder>): void {
  if (state.isServing) return;
  state.isServing = true;
  while (state.inFlight < state.inFlightMost) {
    const next = head(state.placed);
    if (next === undefined) break;
    state.placed.shift();
    next.gone = true;
    state.inFlight += 1;
    state.granted(next.holder);
  }
  state.isServing = false;
}

function newParty<Holder>(
  places: Map<string, Place<Holder>>,
  wants: readonly Want[],
): Party<Holder> {
  const party: Party<Holder> = {
    queue: openQueue(),
    overtaken: 0,
    wants: wants.map(({ place: name, capacity }) => {
      const place = places.get(name) ?? newPlace<Holder>(name);
      places.set(name, place);
      return { place, named: namedIn(place, capacity) };
    }),
  };
  for (const { place } of party.wants) place.parties.push(party);
  return party;
}

/** There are as many as definitions name, and parties that name them stay. */
function namedIn<Holder>({ named }: Place<Holder>, capacity: number): Named {
  const known = named.find((one) => one.capacity === capacity);
  if (known !== undefined) return known;
  const made = { capacity, count: 0 };
  named.push(made);
  return made;
}

function newPlace<Holder>(name: string): Place<Holder> {
  return { name, held: 0, named: [], least: Infinity, parties: [], waiting: 0 };
}

/** The first that still waits; those who left are dropped on the way. */
function head<Holder>(queue: Queue<Waiting<Holder>>): Waiting<Holder> | undefined {
  let first = queue.first();
  while (first?.gone === true) {
    queue.shift();
    first = queue.first();
  }
  return first;
}

function isFull<Holder>(place: Place<Holder>): boolean {
  return place.held >= place.least;
}

/** All its places are free, and none of them is kept for an older one that was overtaken too often. */
function fits<Holder>(party: Party<Holder>, arrival: number): boolean {
  return party.wants.every(
    ({ place }) =>
      !isFull(place) &&
      (place.waiting === 0 ||
        place.parties.every(
          (other) =>
            other === party ||
            other.overtaken < OVERTAKEN_MOST ||
            (head(other.queue)?.arrival ?? Infinity) > arrival,
        )),
  );
}

function oldestThatFits<Holder>(place: Place<Holder>): Waiting<Holder> | null {
  let oldest: Waiting<Holder> | null = null;
  for (const party of place.parties) {
    const first = head(party.queue);
    if (first === undefined || (oldest !== null && oldest.arrival < first.arrival)) continue;
    if (fits(party, first.arrival)) oldest = first;
  }
  return oldest;
}

function hold<Holder>(party: Party<Holder>, arrival: number): void {
  party.overtaken = 0;
  for (const { place } of party.wants) {
    place.held += 1;
    if (place.waiting === 0) continue;
    for (const other of place.parties) {
      if ((head(other.queue)?.arrival ?? Infinity) < arrival) other.overtaken += 1;
    }
  }
}

function wait<Holder>(party: Party<Holder>, by: 1 | -1): void {
  for (const { place } of party.wants) place.waiting += by;
}

function name<Holder>(party: Party<Holder>): void {
  for (const { place, named } of party.wants) {
    named.count += 1;
    if (named.capacity < place.least) place.least = named.capacity;
  }
}

function unname<Holder>(party: Party<Holder>): void {
  for (const { place, named } of party.wants) {
    named.count -= 1;
    if (named.count === 0 && named.capacity === place.least) place.least = leastIn(place);
  }
}

function leastIn<Holder>(place: Place<Holder>): number {
  let least = Infinity;
  for (const { capacity, count } of place.named)
    if (count > 0 && capacity < least) least = capacity;
  return least;
}
