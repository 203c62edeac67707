import type { AgentDefinition } from "../../core/definition/index.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Agent } from "./agent.ts";
import { carrying } from "./carry-files.ts";
import { openCommand } from "./kinds/command.ts";
import { openFunction } from "./kinds/function.ts";
import { openHttp } from "./kinds/http.ts";
import { openIsolate } from "./kinds/isolate.ts";
import { openPerson } from "./kinds/person.ts";
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
export async function openIn(setting: Setting, definition: AgentDefinition): Promise<Agent> {
  const bare = await openKind(setting, definition);
  const kind = definition.kind === "http" ? "http" : "local";
  const agent = definition.kind === "person" ? bare : carrying(bare, kind, setting);
  const { inputs, breaker, heartbeatMs, estimate, rate } = definition;
  return {
    ...agent,
    inputs,
    breaker,
    heartbeatMs,
    ...(estimate === undefined ? {} : { estimate }),
    ...(rate === undefined ? {} : { rate }),
  };
}

async function openKind(setting: Setting, definition: AgentDefinition): Promise<Agent> {
  switch (definition.kind) {
    case "function":
      return definition.isolate
        ? await openIsolate(definition, setting)
        : await openFunction(definition, setting);
    case "command":
      return await openCommand(definition, setting);
    case "http":
      return await openHttp(definition, setting);
    case "person":
      return openPerson(definition, setting);
    default:
      return unreachable(definition);
  }
}
