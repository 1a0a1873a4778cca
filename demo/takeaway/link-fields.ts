/** Named lists of words out of a link: `model=k-means,full&k=2` is `model` → [`k-means`, `full`], `k` → [`2`]. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/** Joins fields to readable text. Words may hold anything. */
export function writeFields(fields: Iterable<readonly [string, readonly string[]]>): string {
  return [...fields].map(([name, words]) => `${name}=${words.map(escapeWord).join(',')}`).join('&');
}

/** The reverse of {@link writeFields}. Of a name that comes twice the first counts; what cannot be decoded is left out. */
export function readFields(text: string): Fields {
  const fields = new Map<string, string[]>();
  for (const part of text.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    const words = at < 0 ? undefined : wordsOf(part.slice(at + 1));
    const name = part.slice(0, Math.max(0, at));
    if (words && !fields.has(name)) fields.set(name, words);
  }
  return fields;
}

/** Commas separate words, so those within are escaped, too. Half a surrogate pair, which file names may hold, has no code. */
function escapeWord(word: string): string {
  return encodeURIComponent(word.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

function wordsOf(text: string): string[] | undefined {
  if (text === '') return [];
  try {
    return text.split(',').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** The first word as one of some known ones. */
export function oneOf<Word extends string>(word: string | undefined, known: readonly Word[]): Word | undefined {
  return known.find((one) => one === word);
}

/** A word as a number within limits. */
export function numberIn(word: string | undefined, least: number, most: number): number | undefined {
  const number = word === undefined || word.trim() === '' ? Number.NaN : Number(word);
  return number >= least && number <= most ? number : undefined;
}

/** A word as a whole number within limits. */
export function wholeIn(word: string | undefined, least: number, most: number): number | undefined {
  const number = numberIn(word, least, most);
  return Number.isSafeInteger(number) ? number : undefined;
}
