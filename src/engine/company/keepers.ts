import type { Office } from "./office.ts";
import type { CompanyOptions } from "./open-company.ts";
import { checkpointerOf } from "./record/signing.ts";
import { archiverOf } from "./runs/archiving.ts";
import { checkpointsIn } from "./runs/checkpoint-reader.ts";
import { runFilesOf } from "./runs/papers.ts";

/** Those who keep what is made of the log: papers, checkpoints, signatures, archives. */
export type Keepers = Pick<Office, "files" | "checkpoints" | "checkpointer" | "archiver">;

export function keepersOf(office: Office, options: CompanyOptions): Keepers {
  const writes = !office.isLooking && options.memory !== true && options.begin !== false;
  const trouble = options.trouble ?? (() => undefined);
  return {
    files: writes ? runFilesOf(office, trouble) : null,
    checkpointer: writes ? checkpointerOf(office, trouble) : null,
    checkpoints: checkpointsIn(office, options, writes),
    archiver: archiverOf(office, options.memory !== true),
  };
}

/** What others read is closed after them. */
export async function closeOffice(office: Office): Promise<void> {
  office.endGoverning();
  await office.endRetaining();
  await office.cases.close();
  await office.files?.close();
  await office.checkpoints?.close();
  await office.runtime.close();
  await office.desk.close();
  await office.readers.close();
  if (!office.isLooking) await (await office.staff()).close();
  office.fileDesk.close();
  await office.checkpointer?.close();
  await office.log.close();
}
