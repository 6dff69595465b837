// RFC 4180: fields with commas, quotes or line ends are quoted, quotes inside doubled, lines end with CRLF. A text that
// a spreadsheet would compute gets an apostrophe before it, as bert_tf/spreadsheets.py says; numbers stay numbers.

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const field = (value) => {
  const written = value === null ? "" : String(value);
  const text = FORMULA.test(written) && !NUMBER.test(written) ? `'${written}` : written;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csv = (rows) => rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");

export const download = (name, rows) => {
  const url = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv" }));
  const link = document.createElement("a");
  [link.href, link.download] = [url, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
};
