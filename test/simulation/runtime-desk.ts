import type { RunId } from "../../src/core/id.ts";
import type { Event } from "../../src/core/machine/index.ts";
import type { ToolDesk } from "../../src/engine/runtime/index.ts";
import type { Toolbox, ToolUses, UseReply, UseTool } from "../../src/engine/tools/index.ts";
import type { Outside, UseAllOf, UseOf } from "./shell.ts";
import { keyOf, type Place, runOf } from "./shop.ts";

type Of = {
  readonly outside: Outside;
  readonly stored: (run: RunId) => readonly Event[];
  /** The process that asked is gone: nobody hears of it. */
  readonly isDead: () => boolean;
};

/** The world's tools, as the runtime has tools. */
export function deskOf({ outside, stored, isDead }: Of): ToolDesk {
  const placed = (key: string): Place => {
    const run = runOf(key);
    const judged = stored(run)[keyOf(key) - 1];
    return { run, path: judged !== undefined && "path" in judged ? judged.path : "" };
  };
  const hearing = <Answer>(ask: (answer: (given: Answer) => void) => void): Promise<Answer> =>
    new Promise((resolve) => {
      if (!isDead()) ask((given) => !isDead() && resolve(given));
    });
  const box: Toolbox = {
    preview: (of) => hearing((answer) => outside.look(of, answer)),
    perform: (call) =>
      hearing((answer) => outside.perform({ ...call, ...placed(call.key) }, answer)),
    verify: (call) => hearing((answer) => outside.verify({ ...call, ...placed(call.key) }, answer)),
    count: async () => null,
    prepare: async () => [],
    leftAlone: () => null,
    describe: () => [],
    health: async () => [],
    close: async () => {},
  };
  return { judge: outside.judge, toolbox: () => box, offered: () => [], bindings: () => null };
}

/** As an agent of the world asks for tools. */
export function useBy(use: UseTool, isDead: () => boolean): UseOf {
  return ({ tool, args, name }, reply) => {
    const told = (given: UseReply | null): void => {
      if (!isDead()) reply(given);
    };
    use(tool, args, name).then(told, () => told(null));
  };
}

/** The same of several at once. */
export function useAllBy(useAll: ToolUses["useAll"], isDead: () => boolean): UseAllOf {
  return (all, reply) => {
    const told = (replies: readonly UseReply[] | null): void => {
      if (!isDead()) reply(replies);
    };
    const wanted = all.map(({ tool, args, name }) => ({ tool, args, as: name }));
    useAll(wanted).then(told, () => told(null));
  };
}
