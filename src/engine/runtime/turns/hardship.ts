import type { MusterError, Problem } from "../../../core/problem.ts";

/** A log that refuses to be written, told of once: when it begins, and when it is over. */
export type Hardship = {
  /** @param isKept what was to be written stays in memory, until it is written */
  readonly refused: (error: MusterError, isKept: boolean) => void;
  readonly written: () => void;
};

const KEPT = " What happened is kept in memory, and writing it is tried again by itself.";

export function openHardship(trouble: (problem: Problem) => void): Hardship {
  let told: { readonly code: MusterError["code"]; readonly isKept: boolean } | null = null;
  return {
    refused: ({ code, message, mend }, isKept) => {
      if (told?.code === code && (told.isKept || !isKept)) return;
      told = { code, isKept };
      trouble({
        code,
        ...(isKept ? { severity: "warning" } : {}),
        message: `${message}${isKept ? KEPT : ""}`,
        ...(mend ? { mend } : {}),
      });
    },
    written: () => {
      if (told === null) return;
      const { code } = told;
      told = null;
      trouble({ code, severity: "warning", message: "The log is written again; all goes on." });
    },
  };
}
