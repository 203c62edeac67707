import type { Company, Json, RunId, Told, Waiting } from "../../src/index.ts";
import type { Chance } from "../simulation/chance.ts";
import { garbage, plainGarbage } from "./garbage.ts";
import { mutateValue } from "./mutate-value.ts";

type Asked = { readonly company: Company; readonly run: RunId; readonly chance: Chance };

type Sending = Asked & {
  readonly waiting: readonly Waiting[];
  /** Of each gate that was opened, by its key: what people are shown. */
  readonly digests: ReadonlyMap<number, unknown>;
};

/** Somebody tells the run what nobody should. Whatever comes of it is told back: problems, or a number. */
export async function mischief(from: Asked): Promise<unknown> {
  const sending = await sendingOf(from);
  const { company, run, chance } = sending;
  return chance.one<() => Promise<unknown>>([
    () => company.send(run, garbage(chance) as Told),
    () => company.send(run, { type: garbage(chance) } as never),
    () => company.send(run, garbledTold(sending) as never),
    () => company.send(run, garbledTold(sending) as never),
    () => company.send(run, told(sending), { by: garbage(chance) as string }),
    () => company.send(run, told(sending), { id: garbage(chance) as string }),
    () => company.send(run, told(sending), (plainGarbage(chance) ?? {}) as never),
    () =>
      company.send(
        (chance.is(0.5) ? "wf_nobody_is_here" : garbage(chance)) as RunId,
        told(sending),
      ),
    () => publish(company, [chance.one(EVENTS), chance.one(["", "A1", "B2"]), garbage(chance)]),
    () => publish(company, [garbage(chance), garbage(chance), {}]),
    () => company.send(run, told(sending), { by: chance.one(["ana", "eve"]) }),
  ])();
}

async function publish(
  company: Company,
  [event, key, payload]: readonly [unknown, unknown, unknown],
): Promise<unknown> {
  const published = await company.publish(event as string, payload as never, {
    key: key as string,
  });
  return published.problems;
}

/** Somebody does what the run waits for; the same person may do it twice. */
export async function goOn(from: Asked): Promise<unknown> {
  const sending = await sendingOf(from);
  const { company, run, chance, waiting } = sending;
  if (waiting.some(({ kind }) => kind === "event")) {
    const payload = chance.one<Record<string, Json>>([
      {},
      { amount: 3 },
      { at: "2026-03-01T10:00:00Z" },
    ]);
    const key = chance.one(["A1", ""]);
    return Promise.all(EVENTS.map((event) => publish(company, [event, key, payload])));
  }
  return company.send(run, told(sending, 0), { by: chance.one(["ana", "bo"]) });
}

const EVENTS: readonly string[] = ["payment", "delivery", "nothing"];

/** A signal as it should be. Most name what is open; a few what is not. */
function told({ waiting, chance, digests }: Sending, amiss = 0.3): Told {
  const open = waiting.filter(({ key }) => key !== null);
  const one = open.length === 0 ? undefined : chance.one(open);
  const isAmiss = chance.is(amiss);
  const key = isAmiss || one === undefined ? chance.between(-1, 30) : (one.key ?? 0);
  const digest = (isAmiss ? null : digests.get(key)) ?? `sha256:${"0".repeat(64)}`;
  if (one?.kind === "gate" && chance.is(0.8))
    return { type: "vote", key, digest: digest as never, allow: chance.is(0.8), reason: "" };
  if (one?.kind === "exception" && chance.is(0.8))
    return chance.one<Told>([
      { type: "retry", key },
      { type: "skip", key, why: "not needed" },
      {
        type: "give",
        key,
        output: { value: { rows: ["a"], url: "https://example.com" } },
        why: "",
      },
    ]);
  if (waiting.some(({ kind }) => kind === "paused") && chance.is(0.8)) return { type: "resume" };
  return chance.one<Told>([
    { type: "pause", why: "lunch" },
    { type: "resume" },
    { type: "vote", key, digest: digest as never, allow: true, reason: "" },
    { type: "arrived", key, payload: {}, source: "payment" },
    { type: "skip", key, why: "" },
    { type: "cancel", why: "no more", rollback: chance.is(0.5) },
  ]);
}

async function sendingOf(from: Asked): Promise<Sending> {
  const { company, run } = from;
  const waiting = (await company.waiting(run)) ?? [];
  return { ...from, waiting, digests: await digestsOf(company, run) };
}

async function digestsOf(company: Company, run: RunId): Promise<ReadonlyMap<number, unknown>> {
  const digests = new Map<number, unknown>();
  for await (const { seq, data } of company.events(run)) {
    const gate = data["gate"] as { readonly digest?: unknown } | undefined;
    if (gate?.digest !== undefined) digests.set(seq, gate.digest);
  }
  return digests;
}

function garbledTold(sending: Sending): object {
  const { chance } = sending;
  const signal = chance.is(0.7) ? told(sending) : chance.one(OWN);
  const garbled = mutateValue(signal, chance, garbage);
  return typeof garbled === "object" && garbled !== null ? garbled : {};
}

const USE = { name: "a#1", tool: "order.read", args: { id: 7 }, preview: null };

/** What only the runtime tells. */
const OWN: readonly object[] = [
  { type: "start", definition: `sha256:${"0".repeat(64)}`, params: {}, parent: null },
  { type: "answer", key: 3, outcome: { kind: "ok", output: { value: {} } } },
  {
    type: "answer",
    key: 3,
    outcome: { kind: "failed", error: { class: "a", kind: "b", message: "c" } },
  },
  { type: "use", key: 3, ...USE },
  { type: "uses", key: 3, all: [USE, { ...USE, name: "b#1", args: { id: 8 } }] },
  { type: "uses", key: 3, all: [] },
  { type: "used", key: 4, outcome: { kind: "ok", result: { value: {} } } },
  {
    type: "used",
    key: 4,
    outcome: { kind: "unknown", error: { class: "a", kind: "b", message: "" } },
  },
  { type: "verified", key: 4, ok: false, why: "It is not there." },
  { type: "begin", key: 3 },
  { type: "lost", key: 3 },
  { type: "expired", key: 3 },
  { type: "fired", key: 3 },
  { type: "proceed" },
];
