import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SUITES } from '../suites.ts';
import { STEPS, type Step } from './plan.ts';

/** What run.sh was asked for. */
export interface Options {
  readonly seconds: number;
  /** Absolute. */
  readonly out: string;
  readonly steps: readonly Step[];
}

/** Throws where an option is unknown or its value makes no sense. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '300' },
      out: { type: 'string', default: 'emgpu-bench-results' },
      suites: { type: 'string', default: SUITES.join(',') },
    },
  });
  const suites = values.suites.split(',');
  const known: readonly string[] = SUITES;
  if (!suites.every((suite) => known.includes(suite))) {
    throw new Error(`--suites must name some of ${SUITES.join(', ')}, not ${values.suites}.`);
  }
  const seconds = Number(values.seconds);
  if (!(seconds >= 30)) throw new Error(`--seconds must be at least 30, not ${values.seconds}.`);
  return { seconds, out: resolve(values.out), steps: STEPS.filter(({ suite }) => suites.includes(suite)) };
}
