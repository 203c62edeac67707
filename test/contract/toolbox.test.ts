import { describe } from "vitest";
import { hasMariadb } from "../given/mariadb.ts";
import { hasPostgres } from "../given/postgres.ts";
import { command, file, functions, http, mariadb, openapi, postgres, sqlite } from "./far-sides.ts";
import { toolboxContract } from "./toolbox.contract.ts";

toolboxContract("a SQLite file", sqlite);
toolboxContract("a folder", file);
toolboxContract("a module", functions);
toolboxContract("a command", command);
toolboxContract("an http interface", http);
toolboxContract("an interface with a document", openapi);
describe.runIf(hasPostgres())("here", () => {
  toolboxContract("PostgreSQL", postgres);
});
describe.runIf(hasMariadb())("here", () => {
  toolboxContract("MariaDB", mariadb);
});
