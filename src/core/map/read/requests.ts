import type { Json } from "../../json.ts";
import { requestShape } from "../keys/map.ts";
import type { RequestSource } from "../keys/source.ts";
import type { RequestType } from "../work-map.ts";
import { byName, entriesOf, type Reading } from "./reading.ts";
import { readSpan } from "./span.ts";

/** The types of requests, and who does what about them. */
export function readRequests(
  value: Json | undefined,
  reading: Reading,
): Readonly<Record<string, RequestType>> {
  const { report } = reading;
  const entries = entriesOf<RequestSource>("requests", {
    value,
    report,
    shape: () => requestShape,
  });
  return byName(
    entries.map(({ name, path, said }): RequestType => {
      const { respond, resolve } = said.sla ?? {};
      return {
        name,
        description: said.description ?? "",
        examples: said.examples ?? [],
        case: said.case ?? {},
        workflow: said.workflow ?? "",
        owner: said.owner ?? "",
        subject: said.subject ?? null,
        sla: {
          respond: readSpan(respond, [...path, "sla", "respond"], reading),
          resolve: readSpan(resolve, [...path, "sla", "resolve"], reading),
        },
        tools: said.tools === undefined ? null : [...new Set(said.tools)],
      };
    }),
  );
}
