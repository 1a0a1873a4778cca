import { Option } from 'commander';
import Papa from 'papaparse';
import { type BackendChoice, EmgpuError, type FileFormat } from '../node.ts';

/** Where points are read from. */
export interface InputOptions {
  readonly columns?: string[];
  readonly format?: FileFormat;
  readonly dropMissing?: true;
}

/** Where the work is done. */
export interface ComputeOptions {
  readonly backend: BackendChoice;
  readonly tune: boolean;
}

export const columnsOption = () =>
  new Option(
    '--columns <names>',
    'columns to use, separated by commas; quote a name that holds one: \'"a,b",c\' (default: all number columns)',
  ).argParser(columnNames);

export const formatOption = () =>
  new Option('--format <format>', 'format of the file (default: by its name and first bytes)').choices([
    'csv',
    'tsv',
    'parquet',
    'arrow',
    'npy',
  ]);

export const dropMissingOption = () =>
  new Option('--drop-missing', 'leave out rows with an empty cell, NaN or an infinity, and count them');

export const backendOption = () =>
  new Option('--backend <backend>', 'where to compute; auto takes a hardware GPU, else the CPU')
    .choices(['auto', 'webgpu', 'cpu'])
    .default('auto');

export const tuneOption = () =>
  new Option(
    '--no-tune',
    'on a GPU, take the default variants of the kernels: neither time others nor look up the fastest',
  );

export const seedOption = () =>
  new Option('--seed <seed>', 'seed of every random choice').argParser(wholeNumber('--seed', 0)).default(0);

/** A parser for whole numbers from `least` on. */
export function wholeNumber(flag: string, least: number): (text: string) => number {
  return (text) => {
    const value = toNumber(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw invalid(flag, `a whole number from ${least} on`, text, `${Math.max(least, 1)}`);
  };
}

/** A parser for finite numbers from 0 on. */
export function nonNegative(flag: string, example: string): (text: string) => number {
  return (text) => {
    const value = toNumber(text);
    if (Number.isFinite(value) && value >= 0) return value;
    throw invalid(flag, 'a number from 0 on', text, example);
  };
}

/** `Number('')` is 0, and hexadecimal is no way to write a tolerance. */
function toNumber(text: string): number {
  return /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

function invalid(flag: string, wanted: string, got: string, example: string): EmgpuError {
  return new EmgpuError(
    'invalid-option',
    `${flag} must be ${wanted}, got "${got}".`,
    `Write for instance ${flag} ${example}.`,
  );
}

/** Parses the names by the rules of CSV, so that a name may be quoted. */
function columnNames(text: string): string[] {
  const names = (Papa.parse<string[]>(text).data[0] ?? []).map((name) => name.trim());
  if (names.length === 0 || names.includes('') || new Set(names).size < names.length) {
    throw invalid('--columns', 'different names separated by commas', text, 'delay,distance');
  }
  return names;
}
