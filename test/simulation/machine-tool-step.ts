import { isObject, type JsonObject } from "../../src/core/json.ts";
import { type Answer, type Failure, failure } from "../../src/core/machine/index.ts";
import type { UseOf } from "./shell.ts";

type Asked = { readonly use: UseOf; readonly tool: string; readonly inputs: JsonObject };

/** A step that uses a tool and asks no agent. */
export function useAsStep({ use, tool, inputs }: Asked, told: (answer: Answer) => void): void {
  use({ tool, args: inputs, name: `${tool}#1` }, (reply) => {
    if (reply === null) return told(failed(failure("stopped", "Its use was stopped.")));
    switch (reply.outcome) {
      case "ok": {
        const { result } = reply;
        return told({ kind: "ok", output: { value: isObject(result) ? result : { result } } });
      }
      case "denied":
        return told(failed(failure("rejected", reply.say)));
      case "failed":
        return told(failed(reply.error));
      case "unknown":
        return told({ kind: "unknown", error: reply.error });
    }
  });
}

function failed(error: Failure): Answer {
  return { kind: "failed", error, certain: true };
}
