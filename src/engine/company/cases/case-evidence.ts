import type { DataShown, Evidence } from "../../../core/approval/index.ts";
import type { Envelope } from "../../../core/audit/index.ts";
import type { Case } from "../../../core/cases/index.ts";
import { parseCaseId, type RunId } from "../../../core/id.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { CaseLog } from "../../cases/index.ts";
import type { Log } from "../../store/index.ts";

/** Reads of one run, and earlier runs of its case, that are shown to who decides. */
const READS_MOST = 20;
const EARLIER_MOST = 10;

type Given = { readonly log: Pick<Log, "read">; readonly cases: () => Pick<CaseLog, "get"> };

/** What the company knows of the matter that people decide on: the request in its own words, what was read, what was before. */
export function caseEvidence(
  { log, cases }: Given,
  { run, case: name }: { readonly run: RunId; readonly case: string | null },
): Partial<Evidence> {
  const id = name === null ? null : parseCaseId(name);
  const found = id === null ? null : cases().get(id);
  return {
    data: [...log.read(run)].flatMap(readIn).slice(-READS_MOST),
    ...(found === null ? {} : ofCase(found, run)),
  };
}

function ofCase({ requests, runs }: Case, run: RunId): Partial<Evidence> {
  const begun = runs.find((one) => one.run === run)?.request;
  const asked = requests.find(({ id }) => id === begun) ?? requests.at(-1);
  const earlier = requests
    .filter(({ id }) => id !== asked?.id)
    .slice(-EARLIER_MOST)
    .map(({ at, type, id }) => ({
      at,
      what: `a request of the type ${type ?? "nobody knows"}`,
      ref: id,
    }));
  if (asked === undefined) return { history: earlier };
  const { text, requester: from, channel, trust, at } = asked;
  return { request: { text, from, channel, trust, at }, history: earlier };
}

/** What a read of a tool gave, as its event has it. */
function readIn({ type, data }: Envelope): readonly DataShown[] {
  const read = type === "tool.finished" ? data["read"] : undefined;
  if (!isObject(read)) return [];
  const { system = "", entity = "", at } = read as JsonObject;
  return [
    {
      system: typeof system === "string" ? system : "",
      entity: typeof entity === "string" ? entity : "",
      ids: textsIn(read["ids"]),
      fields: textsIn(read["fields"]),
      at: typeof at === "number" ? at : 0,
    },
  ];
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
