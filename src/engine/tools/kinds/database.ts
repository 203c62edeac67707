import { resolve } from "node:path";
import type { System } from "../../../core/map/index.ts";
import type { Secrets } from "../../outside/index.ts";
import type { OpenSystem } from "../kind.ts";
import type { ToolSetting } from "../setting.ts";
import { shutSystem } from "../shut-system.ts";
import { openMysql } from "./mysql.ts";
import { openPostgres } from "./postgres.ts";
import { openSql } from "./sql.ts";
import { openSqlite } from "./sqlite.ts";

/** The database that a system's address names: by its scheme, else a SQLite file of the company's folder. */
export function openDatabase(system: System, setting: ToolSetting, secrets: Secrets): OpenSystem {
  const { url } = system.settings;
  if (typeof url !== "string") return shutSystem(`"${system.name}" has no address. Write url: …`);
  const address = secrets.fill(url);
  const scheme = /^([a-z][a-z0-9+]+):/i.exec(address)?.[1]?.toLowerCase() ?? "sqlite";
  switch (scheme) {
    case "sqlite":
    case "file": {
      const file = address.replace(/^(sqlite|file):(\/\/(?=\/))?/i, "");
      const { setup } = system.settings;
      const path = resolve(setting.folder, file);
      const maker = typeof setup === "string" ? resolve(setting.folder, setup) : null;
      return openSql(system, openSqlite(path, { setup: maker, warden: setting.warden }));
    }
    case "postgres":
    case "postgresql":
      return openSql(system, openPostgres(address, schemaOf(system)));
    case "mysql":
    case "mariadb":
      return openSql(system, openMysql(address, schemaOf(system)));
    default:
      return shutSystem(
        `No kind of database is known by "${scheme}:". Write postgres://…, mysql://…, or the path of a SQLite file.`,
      );
  }
}

function schemaOf({ settings }: System): string | null {
  return typeof settings["schema"] === "string" ? settings["schema"] : null;
}
