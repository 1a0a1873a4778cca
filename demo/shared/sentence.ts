/** What went wrong, as one sentence. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : `${error}`;
}
