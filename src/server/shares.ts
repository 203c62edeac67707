import type { Company } from "../engine/company/index.ts";

/**
 * Who answers what in a second process. A new method of `Company` is named in one of these two lists,
 * or, where a request that is sent twice must not be done twice, written out in stand-in.ts, which
 * gives it a name that is the same each time.
 */

/** Read from the log and the files, here as well as there. */
type Here =
  | "runs"
  | "standing"
  | "definition"
  | "task"
  | "document"
  | "review"
  | "findings"
  | "notices"
  | "archiveOf"
  | "artifacts"
  | "artifact"
  | "saveFile"
  | "backup"
  | "audit"
  | "why"
  | "cases"
  | "case"
  | "read";

/** Asked of the process at work, with JSON as arguments and answer; to ask twice changes nothing. */
type There =
  | "checkpoints"
  | "exportCheckpoint"
  | "importCheckpoint"
  | "fork"
  | "check"
  | "advice"
  | "foresee"
  | "improvements"
  | "workflows"
  | "agents"
  | "steer"
  | "govern"
  | "governed"
  | "publishMap"
  | "mapVersions"
  | "mapProposed"
  | "mapDifferences"
  | "drawMap"
  | "whichMay"
  | "tools"
  | "tool"
  | "tryTool"
  | "rules"
  | "replayRules"
  | "metrics"
  | "summary"
  | "settings"
  | "archive"
  | "putArtifact"
  | "request"
  | "requestTypes"
  | "tellCase"
  | "putFile"
  | "doctor"
  | "examine"
  | "sign"
  | "rotateKey"
  | "erase"
  | "eraseListed"
  | "exportAudit"
  | "hold";

export const READ_HERE: readonly Here[] = namesOf<Here>({
  runs: true,
  standing: true,
  definition: true,
  task: true,
  document: true,
  review: true,
  findings: true,
  notices: true,
  archiveOf: true,
  artifacts: true,
  artifact: true,
  saveFile: true,
  backup: true,
  audit: true,
  why: true,
  cases: true,
  case: true,
  read: true,
});

export const ASKED_THERE: readonly There[] = namesOf<There>({
  checkpoints: true,
  exportCheckpoint: true,
  importCheckpoint: true,
  // Asked twice it is once: whoever asks names the run that it is to be.
  fork: true,
  check: true,
  advice: true,
  foresee: true,
  improvements: true,
  workflows: true,
  summary: true,
  settings: true,
  agents: true,
  steer: true,
  govern: true,
  governed: true,
  publishMap: true,
  mapVersions: true,
  mapProposed: true,
  mapDifferences: true,
  drawMap: true,
  whichMay: true,
  tools: true,
  tool: true,
  tryTool: true,
  rules: true,
  replayRules: true,
  archive: true,
  putArtifact: true,
  // Asked twice they are once: whoever asks names them.
  request: true,
  requestTypes: true,
  tellCase: true,
  putFile: true,
  doctor: true,
  examine: true,
  sign: true,
  rotateKey: true,
  // What was begun is gone on with; asked again, it says that it was done.
  erase: true,
  eraseListed: true,
  // The second time the folder is full, and nothing is written.
  exportAudit: true,
  hold: true,
  metrics: true,
});

export type AskedThere = Pick<Company, There>;

/** All of them: the compiler misses one that is not named. */
function namesOf<Name extends keyof Company>(names: Readonly<Record<Name, true>>): readonly Name[] {
  return Object.keys(names) as Name[];
}

/** These methods, each done by whatever `answer` makes of its name and arguments. */
export function methods<Name extends keyof Company>(
  names: readonly Name[],
  answer: (name: Name, args: readonly unknown[]) => unknown,
): Pick<Company, Name> {
  const made = names.map((name) => [name, (...args: readonly unknown[]) => answer(name, args)]);
  return Object.fromEntries(made) as Pick<Company, Name>;
}

/** Calls a method by its name, which stands in one of the lists. */
export function call(company: Company, name: keyof Company, args: readonly unknown[]): unknown {
  const method = company[name] as (...given: readonly unknown[]) => unknown;
  return method(...args);
}
