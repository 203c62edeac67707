import type { System } from "../../core/map/index.ts";
import { unreachable } from "../../core/unreachable.ts";
import { type Secrets, secretsIn } from "../outside/index.ts";
import { withNamedVariables } from "./environment.ts";
import type { OpenSystem } from "./kind.ts";
import { openCommand } from "./kinds/command.ts";
import { openDatabase } from "./kinds/database.ts";
import { openFiles } from "./kinds/file.ts";
import { openFunctions } from "./kinds/function.ts";
import { openHttp } from "./kinds/http.ts";
import { httpOperationIn } from "./kinds/http-request.ts";
import { openMail } from "./kinds/mail.ts";
import { openOpenapi } from "./kinds/openapi.ts";
import { openTables } from "./kinds/tables.ts";
import type { ToolSetting } from "./setting.ts";
import { shutSystem } from "./shut-system.ts";
import { textsIn, veiled } from "./using/veiled.ts";

/** Opens a system of its kind. What its variables hold goes in here and comes out nowhere. */
export function openSystem(system: System, setting: ToolSetting): OpenSystem {
  const secrets = secretsIn(textsIn(withNamedVariables(system.settings)), setting);
  if (secrets.unset.length > 0)
    return shutSystem(
      `It needs ${secrets.unset.join(", ")} in its environment, and ours has none. Set it, or take it out of the map.`,
    );
  return veiled(openKind(system, { ...setting, secrets }), secrets);
}

function openKind(
  system: System,
  setting: ToolSetting & { readonly secrets: Secrets },
): OpenSystem {
  switch (system.kind) {
    case "sql":
      return openDatabase(system, setting, setting.secrets);
    case "table":
      return openTables(setting.tables);
    case "http":
      // With a document beside it, its tools name operations.
      return system.settings["openapi"] === undefined
        ? openHttp(system, httpOperationIn, setting)
        : openOpenapi(system, setting);
    case "openapi":
      return openOpenapi(system, setting);
    case "file":
      return openFiles(system, setting);
    case "mail":
      return openMail(system, setting);
    case "function":
      return openFunctions(system, setting);
    case "command":
      return openCommand(system, setting);
    default:
      return unreachable(system.kind);
  }
}
