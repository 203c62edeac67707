import { join, resolve } from "node:path";
import type { Problem } from "../../../core/problem.ts";
import {
  type Checkpointer,
  makeSigningKey,
  openCheckpointer,
  readSigningKey,
  type SigningKey,
} from "../../audit/index.ts";
import { STATE_FOLDER } from "../../store/index.ts";
import type { Office } from "../office.ts";
import { quiet } from "../quiet.ts";

type Signing = Pick<Office, "folder" | "log" | "library" | "clock" | "register" | "runtime">;

/** Who signs what the log of a company at work holds. */
export function checkpointerOf(office: Signing, trouble: (problem: Problem) => void): Checkpointer {
  const { folder, log, library, clock, runtime } = office;
  return openCheckpointer({
    state: join(folder, STATE_FOLDER),
    log,
    key: () => announcedKey(office),
    places: async () => (await library.map()).audit.map((place) => resolve(folder, place)),
    now: () => clock.now(),
    idle: () => quiet(runtime),
    trouble,
  });
}

/** The key that signs now. The first signature waits for the event that says so. */
export async function announcedKey(
  { folder, log, register }: Pick<Signing, "folder" | "log" | "register">,
  by = "muster",
): Promise<SigningKey> {
  const state = join(folder, STATE_FOLDER);
  const key =
    readSigningKey(state) ?? makeSigningKey(state, log.tenant, register.state().signing?.origin);
  await announce(register, key, { by, why: "Another key was found in the folder of keys." });
  return key;
}

async function announce(
  register: Office["register"],
  { origin, verifier }: SigningKey,
  { by, why }: { readonly by: string; readonly why: string },
): Promise<void> {
  await register.tell(by, ({ signing }) => {
    if (signing === undefined) return { type: "key.created", key: verifier, origin };
    if (signing.keys.at(-1) === verifier) return null;
    return { type: "key.rotated", key: verifier, why };
  });
}

/** Makes another key, which signs from here on; what the old one signed stays good. */
export async function rotateKey(
  office: Pick<Signing, "folder" | "log" | "register">,
  told: { readonly by: string; readonly why: string },
): Promise<SigningKey> {
  await announcedKey(office);
  const key = makeSigningKey(join(office.folder, STATE_FOLDER), office.log.tenant);
  await announce(office.register, key, told);
  return key;
}
