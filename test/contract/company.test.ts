import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCompany as openHere } from "../../src/engine/company/index.ts";
import { type Company, openCompany } from "../../src/index.ts";
import { writeFiles } from "../given/folder.ts";
import { COMPANY_FILES, companyContract } from "./company.contract.ts";

let folder = "";

function newFolder(): string {
  folder = mkdtempSync(join(tmpdir(), "muster-company-"));
  writeFiles(folder, COMPANY_FILES);
  return folder;
}

const go = (): void => writeFileSync(join(folder, "go"), "");
const remove = (): void => rmSync(folder, { recursive: true, force: true });

companyContract("in the process that does the work", {
  open: () => openHere(newFolder()),
  remove: async () => remove(),
  go,
});

let host: Company | null = null;
companyContract("asked over the socket in its folder", {
  open: async () => {
    host = await openCompany(newFolder());
    const guest = await openCompany(folder);
    if (!guest.isGuest) throw new Error("The second one opened the folder too.");
    return guest;
  },
  remove: async () => {
    await host?.close();
    remove();
  },
  go,
});
