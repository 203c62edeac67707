import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareFolder, refuseNetworkDisk } from "./folder.ts";
import { lockFolder } from "./lock.ts";

describe.runIf(process.platform === "linux")("a company's folder on a network disk", () => {
  test.each([
    ["NFS", 0x6969],
    ["CIFS", 0xff534d42],
    ["CIFS", 0xff534d42 | 0],
    ["SMB", 0x517b],
    ["FUSE", 0x65735546],
    ["9P", 0x01021997],
  ])("%s (%d) is refused, and told how to go on", (name, type) => {
    expect(() => refuseNetworkDisk("/srv/acme", type)).toThrow(
      expect.objectContaining({
        code: "network-disk",
        message: expect.stringContaining(`/srv/acme is on a network disk (${name})`),
        mend: expect.stringContaining("allowsNetworkDisk"),
      }),
    );
  });

  test.each([
    ["ext4", 0xef53],
    ["tmpfs", 0x01021994],
    ["btrfs", 0x9123683e],
    ["xfs", 0x58465342],
    ["overlayfs", 0x794c7630],
  ])("a disk of this machine is not: %s", (_name, type) => {
    expect(() => refuseNetworkDisk("/srv/acme", type)).not.toThrow();
  });
});

describe("a company's folder", () => {
  test("in which a file stands where the state is kept is refused, and told what to move", () => {
    const folder = mkdtempSync(join(tmpdir(), "muster-folder-"));
    try {
      writeFileSync(join(folder, ".muster"), "");
      expect(() => prepareFolder(folder, true)).toThrow(/\.muster is a file; Muster keeps/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("whose lock is damaged is told which file to delete: nothing stands in it", () => {
    const folder = mkdtempSync(join(tmpdir(), "muster-folder-"));
    const lock = join(folder, "lock.db");
    try {
      writeFileSync(lock, "rubbish ".repeat(1_000));
      expect(() => lockFolder(folder)).toThrow(
        expect.objectContaining({
          code: "corrupt",
          mend: `Nothing stands in ${lock}. End the process that has the folder open, if there is one, and delete that file.`,
        }),
      );
      rmSync(lock);
      lockFolder(folder).release();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
