import { join } from "node:path";
import { backUp } from "../backup/index.ts";
import { STATE_FOLDER } from "../store/index.ts";
import type { Company } from "./company.ts";
import { doctor } from "./doctor.ts";
import { examine } from "./examine.ts";
import type { Office } from "./office.ts";
import { archive, archiveOf } from "./runs/archiving.ts";
import { artifactOf, listArtifacts, putArtifact, putFile, saveFile } from "./runs/artifacts.ts";

type Kept =
  | "backup"
  | "doctor"
  | "examine"
  | "archive"
  | "archiveOf"
  | "artifacts"
  | "artifact"
  | "putArtifact"
  | "putFile"
  | "saveFile";

/** What looks after a company as a whole: its state, its disk, its files. */
export function keepingOf(office: Office): Pick<Company, Kept> {
  return {
    backup: (file) => backUp(join(office.folder, STATE_FOLDER), file),
    doctor: () => doctor(office),
    examine: () => examine(office),
    archive: (what) => archive(office, what),
    archiveOf: (run) => archiveOf(office, run),
    artifacts: (run) => listArtifacts(office, run),
    artifact: (which) => artifactOf(office, which),
    putArtifact: (given) => putArtifact(office, given),
    putFile: (given) => putFile(office, given),
    saveFile: (digest, to) => saveFile(office, digest, to),
  };
}
