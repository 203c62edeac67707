import type { AgentDefinition } from "../../core/definition/index.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Agent } from "./agent.ts";
import { openCommand } from "./command.ts";
import { openFunction } from "./function.ts";
import { openIsolate } from "./isolate.ts";
import { type Setting, type SettingOptions, settingOf } from "./setting.ts";

/**
 * Opens an agent. One that cannot do its work (no such module, no such program) is opened all the
 * same: its health says what is wrong, and so does every attempt.
 *
 * @param folder the company's, absolute
 */
export async function openAgent(
  definition: AgentDefinition,
  folder: string,
  options: SettingOptions = {},
): Promise<Agent> {
  const setting = settingOf(folder, options);
  const agent = await openIn(setting, definition);
  return {
    ...agent,
    close: async () => {
      await agent.close();
      setting.warden.close();
    },
  };
}

/** The same in a setting that is shared, and closed by whoever made it. */
export function openIn(setting: Setting, definition: AgentDefinition): Promise<Agent> {
  switch (definition.kind) {
    case "function":
      return definition.isolate
        ? openIsolate(definition, setting)
        : openFunction(definition, setting);
    case "command":
      return openCommand(definition, setting);
    default:
      return unreachable(definition);
  }
}
