// RFC 4180: fields with commas, quotes or line ends are quoted, quotes inside doubled, lines end with CRLF.

const field = (value) => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csv = (rows) => rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
