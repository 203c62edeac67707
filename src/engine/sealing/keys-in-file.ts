import { createHmac, randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseSubjectId, type SubjectId } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import { KEY_BYTES, keyedDigest, lock, unlock } from "./cipher.ts";
import { destroyKeys } from "./destroy-keys.ts";
import type { Keyring, SubjectKept } from "./keyring.ts";
import { readTenantKey, tenantKey } from "./tenant-key.ts";
import { KEYS_FOLDER } from "./write-once.ts";

/** Beside the log, and in none of its backups. */
export const KEYS_FILE = "keys.sqlite";

/** Keys kept in memory; those that came first leave first. */
const KEYS_KNOWN_MOST = 10_000;
const BUSY_MOST_MS = 5_000;

/**
 * The keyring of a company, in `.muster/keys.sqlite`; each key is wrapped by the one of the company, in
 * `.muster/keys/tenant.key`. Neither is made before the first subject is. What is deleted is written
 * over, and is not left in the write-ahead log.
 *
 * @param state the state folder
 * @param isLooking nothing is made or written
 */
export function openKeyring(state: string, isLooking: boolean): Keyring {
  const path = join(state, KEYS_FILE);
  let opened: Opened | null = null;
  /** Null where there is none. */
  const there = (): Opened | null => {
    if (opened === null && existsSync(path)) {
      const tenant = readTenantKey(state);
      if (tenant === null) throw lostTenantKey(state);
      opened = openFile(path, tenant, isLooking);
    }
    return opened;
  };
  const made = (): Opened => {
    if (isLooking) throw lookedAt();
    const found = there();
    if (found !== null) return found;
    const tenant = tenantKey(state);
    closeSync(openSync(path, "a", 0o600));
    opened = openFile(path, tenant, false);
    return opened;
  };
  return {
    subject: (name, at) => made().subject(name, at),
    alias: (subject, name) => made().alias(subject, name),
    find: (nameOrId) => there()?.find(nameOrId) ?? [],
    seal: (subject, place, text) => lock(there()?.key(subject) ?? nobodysKey(), text, place),
    open: (subject, place, locked) => {
      const key = there()?.key(subject) ?? null;
      return key === null ? null : (unlock(key, locked, place)?.toString("utf8") ?? null);
    },
    digest: (subject, text) => keyedDigest(there()?.digestKey(subject) ?? nobodysKey(), text),
    of: (subject) => there()?.of(subject) ?? null,
    hold: (subject, why) => made().hold(subject, why),
    destroy: (subjects, erasure) => made().destroy(subjects, erasure),
    unfinished: () => there()?.unfinished() ?? [],
    finished: (subjects) => made().finished(subjects),
    close: () => {
      opened?.close();
      opened = null;
    },
  };
}

/** What is sealed with it nobody opens. */
function nobodysKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

type Opened = Omit<Keyring, "seal" | "open" | "digest"> & {
  readonly key: (subject: SubjectId) => Buffer | null;
  readonly digestKey: (subject: SubjectId) => Buffer | null;
};

type Keys = { readonly key: Buffer; readonly digest: Buffer };

function openFile(path: string, tenant: Buffer, isLooking: boolean): Opened {
  const database = new DatabaseSync(path, { readOnly: isLooking, timeout: BUSY_MOST_MS });
  if (!isLooking) {
    database.exec(
      "pragma secure_delete = on; pragma journal_mode = wal; pragma synchronous = full",
    );
    database.exec(TABLES);
  }
  const known = new Map<SubjectId, Keys>();
  const wrapped = database.prepare("select key from subjects where id = ?");
  const keysOf = (subject: SubjectId): Keys | null => {
    const before = known.get(subject);
    if (before !== undefined) return before;
    const text = wrapped.get(subject)?.["key"];
    const key = typeof text === "string" ? unlock(tenant, parsed(text), subject) : null;
    if (key === null) return null;
    const keys = { key, digest: derived(key, "digest") };
    if (known.size >= KEYS_KNOWN_MOST) known.delete(known.keys().next().value as SubjectId);
    known.set(subject, keys);
    return keys;
  };
  const named = (name: string): string => derived(tenant, `name ${name}`).toString("hex");
  return {
    key: (subject) => keysOf(subject)?.key ?? null,
    digestKey: (subject) => keysOf(subject)?.digest ?? null,
    ...naming(database, tenant, named),
    ...erasing(database, (subject) => known.delete(subject)),
    close: () => database.close(),
  };
}

function naming(
  database: DatabaseSync,
  tenant: Buffer,
  named: (name: string) => string,
): Pick<Keyring, "subject" | "alias" | "find" | "of" | "hold"> {
  const byName = database.prepare("select subject from names where name = ? order by subject");
  const find = (nameOrId: string): readonly SubjectId[] => {
    const id = parseSubjectId(nameOrId);
    const exists = id !== null && database.prepare(KEPT).get(id) !== undefined;
    if (id !== null && exists) return [id];
    return byName.all(named(nameOrId)).map((row) => String(row["subject"]) as SubjectId);
  };
  const alias = (subject: SubjectId, name: string): void => {
    database
      .prepare("insert into names values (?, ?) on conflict do nothing")
      .run(named(name), subject);
  };
  return {
    find,
    alias,
    subject: (name, at) => {
      const [before] = find(name);
      if (before !== undefined) return before;
      const id = `subj_${randomBytes(16).toString("hex")}` as SubjectId;
      const key = JSON.stringify(lock(tenant, randomBytes(KEY_BYTES), id));
      database.exec("begin immediate");
      database.prepare("insert into subjects (id, at, key) values (?, ?, ?)").run(id, at, key);
      alias(id, name);
      database.exec("commit");
      return id;
    },
    of: (subject) => {
      const row = database.prepare(KEPT).get(subject);
      return row === undefined ? null : keptOf(row);
    },
    hold: (subject, why) => {
      database.prepare("update subjects set hold = ? where id = ?").run(why, subject);
    },
  };
}

function erasing(
  database: DatabaseSync,
  forget: (subject: SubjectId) => void,
): Pick<Keyring, "destroy" | "unfinished" | "finished"> {
  return {
    destroy: (subjects, erasure) => {
      destroyKeys(database, subjects, erasure);
      for (const subject of subjects) forget(subject);
    },
    unfinished: () => {
      const rows = database.prepare(UNFINISHED).all().map(keptOf);
      const all = new Map<
        string,
        { readonly erasure: SubjectKept["erased"]; subjects: SubjectId[] }
      >();
      for (const { id, erased } of rows) {
        const group = all.get(JSON.stringify(erased)) ?? { erasure: erased, subjects: [] };
        all.set(JSON.stringify(erased), group);
        group.subjects.push(id);
      }
      return [...all.values()].flatMap(({ erasure, subjects }) =>
        erasure === null ? [] : [{ ...erasure, subjects }],
      );
    },
    finished: (subjects) => {
      for (const subject of subjects)
        database.prepare("update subjects set done = 1 where id = ?").run(subject);
    },
  };
}

function keptOf(row: Record<string, unknown>): SubjectKept {
  const { id, at, hold, erased_at, why, by } = row;
  return {
    id: String(id) as SubjectId,
    at: Number(at),
    hold: typeof hold === "string" ? hold : null,
    erased: erased_at === null ? null : { at: Number(erased_at), why: String(why), by: String(by) },
  };
}

function parsed(text: string): { readonly iv: string; readonly ct: string } {
  return JSON.parse(text) as { readonly iv: string; readonly ct: string };
}

function derived(key: Buffer, what: string): Buffer {
  return createHmac("sha256", key).update(what).digest();
}

const TABLES = `
create table if not exists subjects (
  id text primary key,
  at integer not null,
  key text,
  hold text,
  erased_at integer,
  why text,
  by text,
  done integer not null default 0
) strict;
create table if not exists names (
  name text not null,
  subject text not null,
  primary key (name, subject)
) strict, without rowid;
create index if not exists names_by_subject on names (subject);
`;
const KEPT = "select id, at, hold, erased_at, why, by from subjects where id = ?";
const UNFINISHED = `select id, at, hold, erased_at, why, by from subjects
  where erased_at is not null and done = 0 order by id`;

function lostTenantKey(state: string): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `${join(state, KEYS_FILE)} is there, and the key that opens it is not: ${join(state, KEYS_FOLDER, "tenant.key")}.`,
    mend: "Put it back from where the keys of this company are kept.",
  });
}

function lookedAt(): MusterError {
  return new MusterError({
    code: "bug",
    message: "These keys were opened only to look at; nothing can be written to them.",
    mend: "Open the folder to perform.",
  });
}
