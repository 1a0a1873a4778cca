import { Command } from 'commander';
import { readModel } from '../models.ts';
import { seedOption, wholeNumber } from '../options.ts';
import { requireMixture } from '../scoring.ts';
import { csvHeader, stdout, writeCsvRows } from '../sink.ts';
import { StagedFiles } from '../staged-files.ts';

interface SampleOptions {
  readonly number: number;
  readonly seed: number;
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  emgpu sample model.json -n 1000 > points.csv
  emgpu sample model.json -n 100000 --seed 7 --out points.csv`;

/** `emgpu sample MODEL`: random points from a mixture. */
export function sampleCommand(signal: AbortSignal): Command {
  return new Command('sample')
    .description('Draw random points from a mixture. Prints CSV with the names of the features.')
    .argument('<model>', 'a model file')
    .requiredOption('-n, --number <n>', 'number of points', wholeNumber('--number', 1))
    .addOption(seedOption())
    .option('--out <points.csv>', 'write here instead of to stdout')
    .addHelpText('after', EXAMPLES)
    .action((model: string, options: SampleOptions) => sample(model, options, signal));
}

async function sample(modelFile: string, { number, seed, out }: SampleOptions, signal: AbortSignal): Promise<void> {
  const why = 'Only a mixture describes a distribution; this is a k-means model.';
  const model = requireMixture(await readModel(modelFile), why, 'Fit one with emgpu fit.');
  const d = model.nFeatures;
  const names = model.featureNames ?? Array.from({ length: d }, (_, i) => `x${i}`);
  const files = new StagedFiles([modelFile]);
  try {
    const sink = out === undefined ? stdout : await files.open('--out', out);
    const { data } = model.sample(number, seed);
    await sink.write(csvHeader(names));
    await writeCsvRows(sink, number, (i) => data.subarray(i * d, (i + 1) * d).join(','), signal);
    await files.commit();
  } finally {
    await files.discard();
  }
}
