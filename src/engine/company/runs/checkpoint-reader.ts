import { join } from "node:path";
import type { Problem } from "../../../core/problem.ts";
import {
  type CheckpointReader,
  copyIn,
  lookIntoShelf,
  makeDocument,
  openFileCopies,
  openReader,
  openRedisCopies,
  openShelf,
} from "../../checkpoints/index.ts";
import type { Office } from "../office.ts";
import type { CompanyOptions } from "../open-company.ts";
import { quiet } from "../quiet.ts";

/** Beside the log: what it holds follows from the log. */
const shelfIn = (folder: string): string => join(folder, ".muster", "checkpoints.db");
const runsIn = (folder: string): string => join(folder, ".muster", "runs");

/** @param writes they are kept; else those are looked at that another process keeps. Null: in memory */
export function checkpointsIn(
  office: Parameters<typeof readCheckpoints>[0],
  options: Pick<CompanyOptions, "memory" | "trouble">,
  writes: boolean,
): CheckpointReader | null {
  if (options.memory === true) return null;
  const { trouble = () => undefined } = options;
  return writes ? readCheckpoints(office, trouble) : lookAt(office);
}

/** Keeps checkpoints while the company is open. */
function readCheckpoints(
  {
    folder,
    clock,
    log,
    library,
    runtime,
  }: Pick<Office, "folder" | "clock" | "log" | "library" | "runtime">,
  trouble: (problem: Problem) => void,
): CheckpointReader {
  const files = openFileCopies(runsIn(folder));
  return openReader({
    shelf: openShelf(shelfIn(folder)),
    log,
    clock,
    workflow: (definition) => library.byDigest(definition),
    document: (run, checkpoint, workflow) =>
      makeDocument({ log, run, checkpoint, workflow, definitions: library.byDigest }),
    copies: { file: files, redis: openRedisCopies(process.env) },
    idle: () => quiet(runtime),
    trouble,
  });
}

/** What another process has kept. */
function lookAt({
  folder,
  log,
  library,
}: Pick<Office, "folder" | "log" | "library">): CheckpointReader {
  const copies = { file: openFileCopies(runsIn(folder)), redis: openRedisCopies(process.env) };
  const workflow: Office["library"]["byDigest"] = (definition) => library.byDigest(definition);
  const shelf = lookIntoShelf(shelfIn(folder));
  return {
    told: () => undefined,
    of: (run) => shelf?.of(run) ?? [],
    copyOf: (kept) => copyIn({ copies, log, workflow }, kept),
    close: async () => {
      shelf?.close();
      await copies.redis.close();
    },
  };
}
