import { EmgpuError } from '../errors.ts';
import { isList } from './checks.ts';

/** The name of a cluster or a class. */
export type Label = number | string;

/** N labels, whole numbers or strings, one per row: what `predict()` gives, or a column of known classes. */
export type Labels = ArrayLike<Label>;

/** Labels as indices into the list of those that occur. */
export interface EncodedLabels {
  /** The C labels that occur, ascending: numbers by size, before strings in the order of their code units. */
  readonly names: readonly Label[];
  /** N indices into `names`. */
  readonly codes: Uint32Array;
}

/** Encodes labels; throws `invalid-option` where one is neither a whole number nor a string. */
export function encodeLabels(labels: Labels): EncodedLabels {
  const firstSeen = new Map<Label, number>();
  const codes = Uint32Array.from({ length: labels.length }, (_, i) => {
    const label = labels[i]!;
    let code = firstSeen.get(label);
    if (code === undefined) {
      if (!Number.isInteger(label) && typeof label !== 'string') refuseLabel(label, i);
      code = firstSeen.size;
      firstSeen.set(label, code);
    }
    return code;
  });
  const names = [...firstSeen.keys()].sort(compareLabels);
  const places = new Uint32Array(names.length);
  names.forEach((name, place) => {
    places[firstSeen.get(name)!] = place;
  });
  return { names, codes: codes.map((code) => places[code]!) };
}

function compareLabels(a: Label, b: Label): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : 1;
}

function refuseLabel(label: unknown, row: number): never {
  throw new EmgpuError(
    'invalid-option',
    `Labels must be whole numbers or strings; that of row ${row} (counted from 0) is ${String(label)}.`,
    'Pass one label per row, as predict() gives them.',
  );
}

/** Throws `invalid-option` unless these are a list. */
export function checkLabels(labels: Labels, name: string): void {
  if (isList(labels)) return;
  throw new EmgpuError(
    'invalid-option',
    `${name} must be a list, one label per row, got ${typeof labels === 'string' ? 'a string' : String(labels)}.`,
    'Pass an array, or what predict() gives.',
  );
}

/** Throws `invalid-option` unless there are as many labels as something else has entries. */
export function checkLength(labels: Labels, length: number, of: string): void {
  if (labels.length === length) return;
  throw new EmgpuError(
    'invalid-option',
    `There must be one label per row: ${length} for ${of}, got ${labels.length}.`,
    'Pass labels of the same rows, in the same order.',
  );
}
