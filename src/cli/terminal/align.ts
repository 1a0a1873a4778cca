/** Rows of cells as lines, every column flush right. */
export function align(table: readonly (readonly string[])[], gap = '   '): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  return table.map((cells) => cells.map((cell, column) => cell.padStart(widths[column]!)).join(gap));
}
