import type { z } from "zod";
import {
  anyMap,
  anything,
  closed,
  duration,
  either,
  type Keys,
  listOf,
  longText,
  named,
  oneOf,
  size,
  some,
  truth,
  whole,
  word,
} from "../../definition/index.ts";
import { LEVELS, type SystemKind } from "../work-map.ts";
import type { OperationSource, ToolSource } from "./source.ts";

const ROWS_MOST = 10_000;
const PER_CASE_MOST = 10_000;

const typeShape = either([word("a type"), anyMap("a JSON Schema")], "a type or a JSON Schema");
const operationShape = either(
  [longText(), anyMap("an operation")],
  "an operation as its system's tools write it",
);

/** What a tool does; which of them stand together is told by the kind of its system. */
export const operationKeys: Keys<OperationSource> = {
  sql: longText().describe(
    "sql: one statement; `:name` stands for an argument, `:key` for the idempotency key.",
  ),
  method: oneOf(["GET", "POST", "PUT", "PATCH", "DELETE"]).describe("http: default GET."),
  path: word("a path").describe(
    "http: from the system's address; `{name}` stands for an argument.",
  ),
  query: anyMap("a map of names to values").describe(
    "http: behind the address; `$args.name` stands for an argument.",
  ),
  headers: named(word("a header's value"), "a map of names to values").describe(
    "http: sent besides the system's own.",
  ),
  body: anything().describe("http: what is sent, as JSON; `$args.name` stands for an argument."),
  operation: word("the id of an operation").describe("openapi: the operationId."),
  file: word("a path").describe("file: from the system's folder; `{name}` stands for an argument."),
  action: oneOf(["read", "list", "search", "write", "append"]).describe("file: default read."),
  content: anything().describe("file: what is written; `$args.name` stands for an argument."),
  to: some(word("an address"), "an address or a list of them").describe(
    "mail: whom it is sent to.",
  ),
  subject: longText().describe("mail: its subject."),
  text: longText().describe(
    "mail: what it says. file: the words that are searched, default {query}.",
  ),
  template: word("the path of a file").describe(
    "mail: a file of the folder templates, instead of text.",
  ),
  table: word("the name of a table").describe(
    "table: the one that is asked, with what `args` gives.",
  ),
  run: some(word("a word"), "a name, or a list of words").describe(
    "function: the name that its module exports. command: what stands behind the system's command.",
  ),
  input: anything().describe("command: what it reads on its standard input."),
  id: word("a field").describe(
    "Which field of a record is its id; in a CSV file, the column that tells one row. Unsaid: id.",
  ),
  rows: word("a path").describe(
    "http, openapi: where in the answer the rows or the record stand: data.items.",
  ),
  reference: word("a path").describe(
    "http, openapi: where in the answer the number of what was made stands.",
  ),
};

/** Which of them belong to which kind of system, and which one is needed. */
export const OPERATIONS: Readonly<
  Record<
    SystemKind,
    { readonly takes: readonly (keyof OperationSource)[]; readonly needs: keyof OperationSource }
  >
> = {
  sql: { takes: ["sql", "id"], needs: "sql" },
  http: {
    takes: ["method", "path", "query", "headers", "body", "id", "rows", "reference"],
    needs: "path",
  },
  openapi: { takes: ["operation", "headers", "id", "rows", "reference"], needs: "operation" },
  file: { takes: ["file", "action", "content", "text", "id"], needs: "file" },
  mail: { takes: ["to", "subject", "text", "template"], needs: "to" },
  function: { takes: ["run", "id"], needs: "run" },
  command: { takes: ["run", "input", "id"], needs: "run" },
  table: { takes: ["table"], needs: "table" },
};

export const toolKeys: Keys<ToolSource> = {
  system: word("the name of a system").describe("One of systems."),
  description: longText().describe("What it does, for agents and people."),
  says: longText().describe(
    "What a call of it does, in one sentence for who decides: Refund ${args.amount} of order ${args.order_id}. It may name what rules may name.",
  ),
  level: oneOf(LEVELS).describe(
    "How far it goes: reference reads what everybody may know, case what belongs to one case, draft prepares, record writes inside the company, external reaches customers or money or cannot be taken back. Unsaid: external.",
  ),
  effects: oneOf(["pure", "idempotent", "ask"]).describe(
    "What a repetition does: pure reads only; idempotent does nothing twice under one key; ask may do harm. Unsaid: pure for the levels reference and case, else ask.",
  ),
  args: named(typeShape, "a map of names to types").describe(
    "Its arguments and their types; `T?` may be left out. Unsaid: the names that stand in its operation.",
  ),
  returns: typeShape.describe("What it gives; of a list, each row."),
  scope: named(word("case.NAME"), "a map of names to case.NAME").describe(
    "What holds it to one case: an argument (or, as row.NAME, a field of each row it gives) is what the case is bound to.",
  ),
  writes: word("a name").describe("What it changes: orders, tickets, mail."),
  reads: either(
    [
      word("a name"),
      closed<{ readonly entity: string; readonly fields?: readonly string[] }>(
        {
          entity: word("a name").describe("What it reads."),
          fields: listOf(word("a field"), "a list of fields").describe(
            "All that it may give; other fields are left out.",
          ),
        },
        ["entity"],
      ),
    ],
    "a name, or a map with entity and fields",
  ).describe("What it reads, and the fields it may give."),
  preview: operationShape.describe(
    "Looked up before the call is judged: how what it writes is now.",
  ),
  precondition: either([longText(), anyMap("a condition")], "a condition").describe(
    "What must hold when it is done, of args and of record.before, what its preview found.",
  ),
  verify: operationShape.describe("Looked up afterwards; unsaid, the preview serves."),
  undo: closed<NonNullable<ToolSource["undo"]>>(
    {
      tool: word("the name of a tool").describe("The tool that takes it back."),
      args: anyMap("a map of names to values").describe(
        "Its arguments, over `$args` and `$before`.",
      ),
    },
    ["tool"],
  ).describe("What takes it back."),
  deciding: some(word("an argument"), "an argument or a list of them").describe(
    "Arguments that decide: where untrusted data was read they must stand in the trusted request, or people are asked. Unsaid, for the level external: all that the case does not bind.",
  ),
  untrusted: truth().describe("true: what it gives was written by others."),
  personal: some(word("a field"), "a field or a list of them").describe(
    "Arguments, and fields of what it gives, that are about a person.",
  ),
  takes_personal: truth().describe("true: data about persons may flow into it."),
  audience: oneOf(["customer"]).describe("customer: somebody outside will read it."),
  destinations: named(
    some(word("a pattern"), "a pattern or a list of them"),
    "a map of arguments to patterns",
  ).describe('What an argument may name, `*` for anything: {to: ["*@harbour.example"]}.'),
  limits: closed<NonNullable<ToolSource["limits"]>>({
    rows: whole(1, ROWS_MOST).describe("Rows it gives at most. Default 100."),
    bytes: size().describe("Bytes it gives at most. Default 64KB."),
    timeout: duration().describe("Of one call. Default 30s."),
    per_case: whole(1, PER_CASE_MOST).describe("Calls in one case. Unsaid: any number."),
  }).describe("How much of it at most."),
  ...operationKeys,
};

export const toolShape: z.ZodType<ToolSource> = closed<ToolSource>(toolKeys, ["system"]);
