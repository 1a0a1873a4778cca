/** Browsers read a file after the click: its address must live on for a while. */
const KEEP_MS = 60_000;

/** Hands a file to the visitor, as the browser does with downloads. */
export function download(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
