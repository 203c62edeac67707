import { EXIT_WORDS } from "./exit.ts";
import { examples } from "./verb.ts";

/** Below the list of verbs. */
export const HELP: string = `${examples(
  "muster init shop",
  "muster check",
  "muster run onboarding.yaml batch_size=50",
  "muster runs list --status failed",
  "muster runs why-waiting last",
  "muster inbox approve wf_7q2m4x.31",
  'muster agents drain biller --why "its bank is down"',
  "muster publish payment --key A1 amount=120",
)}

Exit codes:
${EXIT_WORDS.map(([code, words]) => `  ${String(code).padStart(3)}  ${words}`).join("\n")}

stdout is the answer, stderr everything else. NO_COLOR and FORCE_COLOR are heeded.`;
