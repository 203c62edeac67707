import { join } from "node:path";
import { backUp } from "../backup/index.ts";
import { STATE_FOLDER } from "../store/index.ts";
import { archive, archiveOf } from "./archiving.ts";
import type { Company } from "./company.ts";
import { doctor } from "./doctor.ts";
import { examine } from "./examine.ts";
import type { Office } from "./office.ts";

/** What looks after a company as a whole: its state, its disk, its files. */
export function keepingOf(
  office: Office,
): Pick<Company, "backup" | "doctor" | "examine" | "archive" | "archiveOf"> {
  return {
    backup: (file) => backUp(join(office.folder, STATE_FOLDER), file),
    doctor: () => doctor(office),
    examine: () => examine(office),
    archive: (what) => archive(office, what),
    archiveOf: (run) => archiveOf(office, run),
  };
}
