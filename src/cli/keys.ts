import { createInterface, emitKeypressEvents } from "node:readline";

/** A person's keyboard: single keys, and lines. Only where a terminal is. */
export type Keys = {
  /** The next key by its name: "a", "return", "escape"; Ctrl-C is "escape". */
  readonly key: () => Promise<string>;
  /** A line that the person writes; "" where they give up. */
  readonly line: (question: string) => Promise<string>;
  readonly close: () => void;
};

type Pressed = { readonly name?: string; readonly sequence?: string; readonly ctrl?: boolean };

/** @returns null where nobody sits at a keyboard */
export function openKeys(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Keys | null {
  if (!input.isTTY || !output.isTTY) return null;
  emitKeypressEvents(input);
  return {
    key: async () => {
      input.setRawMode(true);
      input.resume();
      const pressed = await new Promise<Pressed>((resolve) => {
        input.once("keypress", (_text: string | undefined, key: Pressed) => resolve(key));
      });
      input.setRawMode(false);
      input.pause();
      if (pressed.ctrl === true) return "escape";
      return pressed.name ?? pressed.sequence ?? "";
    },
    line: async (question) => {
      const asking = createInterface({ input, output });
      try {
        return await new Promise<string>((resolve) => {
          asking.once("close", () => resolve(""));
          asking.question(`${question} `, resolve);
        });
      } finally {
        asking.close();
      }
    },
    close: () => {
      input.setRawMode(false);
      input.pause();
    },
  };
}
