import type { Company, RunId, Told } from "../../../src/index.ts";

/**
 * Somebody allows whatever is asked.
 *
 * @returns the runs that have not ended and wait for no exception
 */
export async function decideAll(company: Company, runs: readonly RunId[]): Promise<RunId[]> {
  const open: RunId[] = [];
  for (const run of runs) {
    if (company.standing(run)?.endedAt !== null) continue;
    const waiting = (await company.waiting(run)) ?? [];
    if (waiting.some(({ kind }) => kind === "exception")) continue;
    open.push(run);
    const gate = waiting.find(({ kind }) => kind === "gate");
    if (gate !== undefined) await allow(company, run, gate.key ?? 0);
  }
  return open;
}

async function allow(company: Company, run: RunId, key: number): Promise<void> {
  for await (const { seq, data } of company.events(run)) {
    if (seq !== key) continue;
    const gate = data["gate"] as { digest: string; terms?: { presented: string } };
    const { digest, terms } = gate;
    const told = { type: "vote", key, digest, allow: true, reason: "ok" };
    const whole = terms === undefined ? told : { ...told, presented: terms.presented };
    await company.send(run, whole as unknown as Told, { by: "dana" });
    return;
  }
}
