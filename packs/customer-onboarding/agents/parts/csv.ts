/**
 * Reads comma-separated values. Lines end in CRLF or LF; a byte order mark, empty lines and a last
 * line without an end are allowed.
 *
 * @returns every record, the header too, with the place of each field; and what could not be read,
 *   each at its line and column (counted from 1). Never throws.
 * @see RFC 4180, §2
 */
export function readCsv(text: string): Csv {
  const reading: Reading = {
    text,
    at: text.startsWith("\uFEFF") ? 1 : 0,
    line: 1,
    lineStart: text.startsWith("\uFEFF") ? 1 : 0,
    faults: [],
  };
  const records: CsvRecord[] = [];
  while (reading.at < text.length) {
    const line = reading.line;
    const fields = readRecord(reading);
    const isEmpty = fields.length === 1 && fields[0]?.text === "" && !fields[0].quoted;
    if (!isEmpty) records.push({ line, fields });
  }
  return { records, faults: reading.faults };
}

export type Csv = { readonly records: readonly CsvRecord[]; readonly faults: readonly CsvFault[] };
export type CsvRecord = { readonly line: number; readonly fields: readonly CsvField[] };
export type CsvField = {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly quoted: boolean;
};
/** `record` is the line on which the record begins that holds the fault. */
export type CsvFault = {
  readonly record: number;
  readonly line: number;
  readonly column: number;
  readonly what: string;
  readonly mend: string;
};

type Reading = {
  readonly text: string;
  at: number;
  line: number;
  lineStart: number;
  readonly faults: CsvFault[];
};

function readRecord(reading: Reading): CsvField[] {
  const record = reading.line;
  const fields: CsvField[] = [];
  for (;;) {
    const place = { line: reading.line, column: reading.at - reading.lineStart + 1 };
    const quoted = reading.text[reading.at] === '"';
    const text = quoted ? readQuoted(reading, record) : readPlain(reading, record);
    fields.push({ text, quoted, ...place });
    if (reading.text[reading.at] !== ",") break;
    reading.at += 1;
  }
  endLine(reading);
  return fields;
}

function readPlain(reading: Reading, record: number): string {
  const from = reading.at;
  while (reading.at < reading.text.length && !endsField(reading)) {
    if (reading.text[reading.at] === '"') {
      fault(reading, record, {
        what: "a quotation mark stands inside a field that does not begin with one",
        mend: 'Put the whole field in quotation marks and write each " in it twice.',
      });
    }
    reading.at += 1;
  }
  return reading.text.slice(from, reading.at);
}

function readQuoted(reading: Reading, record: number): string {
  const opened = { ...reading };
  let value = "";
  reading.at += 1;
  for (;;) {
    const char = reading.text[reading.at];
    if (char === undefined) {
      fault({ ...reading, at: opened.at, line: opened.line, lineStart: opened.lineStart }, record, {
        what: "a quotation mark is opened here and never closed",
        mend: "Close it at the end of the field.",
      });
      return value;
    }
    reading.at += 1;
    if (char === '"' && reading.text[reading.at] !== '"') break;
    if (char === '"') reading.at += 1;
    if (char === "\n") beginLine(reading);
    value += char;
  }
  if (reading.at < reading.text.length && !endsField(reading)) {
    fault(reading, record, {
      what: "there is text after the closing quotation mark",
      mend: 'Write a quotation mark inside a field twice: "".',
    });
    value += readPlain({ ...reading, faults: [] }, record);
    while (reading.at < reading.text.length && !endsField(reading)) reading.at += 1;
  }
  return value;
}

function endsField({ text, at }: Reading): boolean {
  const char = text[at];
  return char === "," || char === "\n" || (char === "\r" && text[at + 1] === "\n");
}

function endLine(reading: Reading): void {
  if (reading.text[reading.at] === "\r") reading.at += 1;
  if (reading.text[reading.at] !== "\n") return;
  reading.at += 1;
  beginLine(reading);
}

function beginLine(reading: Reading): void {
  reading.line += 1;
  reading.lineStart = reading.at;
}

function fault(reading: Reading, record: number, said: Pick<CsvFault, "what" | "mend">): void {
  const column = reading.at - reading.lineStart + 1;
  reading.faults.push({ record, line: reading.line, column, ...said });
}
