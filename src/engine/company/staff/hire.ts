import { join } from "node:path";
import { FAILURE_KINDS } from "../../../core/machine/index.ts";
import { ownOf } from "../../../core/own.ts";
import { carrying, type FileDesk, openRoster } from "../../agents/index.ts";
import type { Clock } from "../../runtime/index.ts";
import { type Log, STATE_FOLDER } from "../../store/index.ts";
import { readAgentFiles, withPeople } from "../files/agent-files.ts";
import { readPeopleFile } from "../files/people-file.ts";
import { problemIn } from "../office.ts";
import type { CompanyOptions } from "../open-company.ts";
import type { Register } from "../register.ts";
import { steeredWords } from "./agents.ts";
import { inProcessAgent } from "./in-process-agent.ts";
import { openLearned } from "./learned.ts";
import { openStaff, type Staff } from "./staff.ts";

type Hiring = {
  readonly folder: string;
  readonly options: CompanyOptions;
  readonly clock: Clock;
  readonly register: Register;
  readonly desk: FileDesk;
  readonly log: Log;
};

/** Opens every agent of a company; who was told to take nothing new takes nothing new. */
export async function hire(hiring: Hiring): Promise<Staff> {
  const { folder, options, clock, register, desk, log } = hiring;
  const who = readPeopleFile(folder);
  const files = withPeople(readAgentFiles(folder), who.people);
  const extra = Object.entries(options.agents ?? {});
  let staff: Staff | null = null;
  const roster = await openRoster(
    files.definitions.filter(({ name }) => !extra.some(([other]) => other === name)),
    folder,
    {
      classOf: (kind) => ownOf(FAILURE_KINDS, kind)?.class ?? null,
      files: desk,
      now: () => clock.now(),
      after: (ms, call) => clock.after(ms, call),
      isAtWork: (name) => (staff?.posts.post(name)?.busy ?? 0) > 0,
      ...(who.people === null ? {} : { people: who.people.meant }),
      changed: (name, fault) => tellHealth(hiring, name, fault),
    },
  );
  const places = { files: desk, scratch: join(folder, STATE_FOLDER, "scratch") };
  const agents = new Map(
    extra.map(([name, given]) => [
      name,
      carrying(inProcessAgent(name, given, clock), "local", places),
    ]),
  );
  const tell = options.line ?? (() => {});
  staff = openStaff({
    roster,
    files,
    who,
    extra: agents,
    tell,
    learned: openLearned(log),
    now: () => clock.now(),
  });
  for (const [name, steered] of Object.entries(register.state().steered))
    staff.posts.steer(name, steeredWords(steered));
  return staff;
}

/** Whoever only looks writes nothing down. */
function tellHealth({ options, register }: Hiring, agent: string, fault: string | null): void {
  if (options.perform === false) return;
  const told = register.tell("muster", ({ unwell }) => {
    if ((fault !== null) === Object.hasOwn(unwell, agent)) return null;
    return fault === null
      ? { type: "agent.recovered", agent }
      : { type: "agent.unwell", agent, why: fault };
  });
  told.catch((error: unknown) => options.trouble?.(problemIn(error)));
}
