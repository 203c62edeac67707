import { describe, expect, test } from "vitest";
import { tableOfStatement } from "./sql-table.ts";

describe("the table that a statement is about", () => {
  test("is the one that it writes", () => {
    for (const [sql, table] of [
      ["update orders set refunded = :amount where id = :id", "orders"],
      ["insert into messages (id) values (:id) on conflict (key) do nothing", "messages"],
      ["INSERT OR IGNORE INTO notes select id from orders", "notes"],
      ["delete from shop.orders where id = :id", "shop.orders"],
      ['update "Orders" set a = 1', '"Orders"'],
    ] as const)
      expect(tableOfStatement(sql)).toBe(table);
  });

  test("is the first that it reads, and none that is only looked at beside it", () => {
    for (const [sql, table] of [
      ["select id, (select count(*) from refunds r where r.c = o.c) as n from orders o", "orders"],
      ["select extract(year from at) from visits", "visits"],
      ["select 'not from here' from lines l join orders o on o.id = l.id", "lines"],
      ["select * from (select id from orders) as x", null],
      ["select 1", null],
    ] as const)
      expect(tableOfStatement(sql)).toBe(table);
  });
});
