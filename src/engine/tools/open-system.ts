import type { System } from "../../core/map/index.ts";
import { unreachable } from "../../core/unreachable.ts";
import { secretsIn } from "../outside/index.ts";
import { openDatabase } from "./database.ts";
import type { OpenSystem } from "./kind.ts";
import type { ToolSetting } from "./setting.ts";
import { shutSystem } from "./shut-system.ts";
import { openTables } from "./tables.ts";
import { textsIn, veiled } from "./veiled.ts";

/** Opens a system of its kind. What its variables hold goes in here and comes out nowhere. */
export function openSystem(system: System, setting: ToolSetting): OpenSystem {
  const secrets = secretsIn(textsIn(system.settings), setting);
  if (secrets.unset.length > 0)
    return shutSystem(
      `It needs ${secrets.unset.join(", ")} in its environment, and ours has none. Set it, or take it out of the map.`,
    );
  return veiled(openKind(system, setting, secrets), secrets);
}

type Secrets = ReturnType<typeof secretsIn>;

function openKind(system: System, setting: ToolSetting, secrets: Secrets): OpenSystem {
  switch (system.kind) {
    case "sql":
      return openDatabase(system, setting, secrets);
    case "table":
      return openTables(setting.tables);
    case "http":
    case "openapi":
    case "file":
    case "mail":
    case "function":
    case "command":
      return shutSystem(`Systems of the kind "${system.kind}" cannot be opened yet.`);
    default:
      return unreachable(system.kind);
  }
}
