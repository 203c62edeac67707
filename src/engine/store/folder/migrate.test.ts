import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openArtifacts } from "../../artifacts/index.ts";
import { openMemoryKeyring } from "../../sealing/index.ts";
import { LOG } from "../migrations/0001-log.ts";
import { openReader } from "../reader.ts";
import { completeForLook, migrate, VERSION, versionOf } from "./migrate.ts";

const APPLICATION = 0x4d_53_54_52;

describe("a log of an older version", () => {
  test("of before events were kept has its streams and listens, and takes events", () => {
    using database = new DatabaseSync(":memory:");
    database.exec(`${LOG}
      pragma application_id = ${APPLICATION};
      pragma user_version = 1;
      insert into streams (name) values ('wf_aaaa');
      insert into listens (stream, key, event, match) values (1, 4, 'paid', 'order-1');`);
    migrate(database, versionOf(database, "log.db"));
    expect(versionOf(database, "log.db")).toBe(VERSION);
    expect({ ...database.prepare("select published from streams").get() }).toEqual({
      published: 0,
    });
    expect({ ...database.prepare("select key, match, since from listens").get() }).toEqual({
      key: 4,
      match: "order-1",
      since: 0,
    });
    const insert = "insert into published (event, match, payload, source, at)";
    database.exec(`${insert} values ('paid', 'order-1', '{}', 'bank', 1)`);
    expect(database.prepare("select position from published").all()).toHaveLength(1);
  });

  test("is looked at as it is: it has runs and no cases", () => {
    using database = new DatabaseSync(":memory:");
    database.exec(`${LOG}
      insert into streams (name, status, workflow, version, started_at, note)
      values ('wf_aaaa', 'running', 'w', '1', 5, '');`);
    completeForLook(database);
    const log = openReader(database, {
      tenant: "local",
      artifacts: openArtifacts("/nowhere"),
      keys: openMemoryKeyring(),
    });
    expect(log.standings({ most: 9 })).toMatchObject([{ stream: "wf_aaaa", status: "running" }]);
    expect(log.standings({ kind: "case", most: 9 })).toEqual([]);
    expect(log.named("order_id=7", 0)).toBeNull();
  });

  test("is migrated once", () => {
    using database = new DatabaseSync(":memory:");
    for (let time = 0; time < 2; time += 1) migrate(database, versionOf(database, "log.db"));
    expect(versionOf(database, "log.db")).toBe(VERSION);
  });
});
