import { MusterError } from "../../../core/problem.ts";

/** A driver that whoever needs it installs beside Muster. */
export async function driverOf<Driver>(
  load: () => Promise<Driver>,
  { database, name }: { readonly database: string; readonly name: string },
): Promise<Driver> {
  try {
    return await load();
  } catch (thrown) {
    throw new MusterError(
      {
        code: "not-found",
        message: `${database} needs the package "${name}", and it is not installed.`,
        mend: `npm install ${name}`,
      },
      thrown,
    );
  }
}
