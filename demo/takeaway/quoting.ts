/** A string as it stands in JavaScript; in single quotes where that needs no escapes. */
export function literal(text: string): string {
  return /^[^'"\\\p{C}]*$/u.test(text) ? `'${text}'` : JSON.stringify(text);
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w./,:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Names as one list by the rules of CSV, as `--columns` wants it. */
export function nameList(names: readonly string[]): string {
  return names.map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',');
}
