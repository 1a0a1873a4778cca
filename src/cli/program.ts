import { Command } from 'commander';
import { evaluateCommand } from './commands/evaluate.ts';
import { fitCommand } from './commands/fit.ts';
import { imputeCommand } from './commands/impute.ts';
import { infoCommand } from './commands/info.ts';
import { kmeansCommand } from './commands/kmeans.ts';
import { poissonCommand } from './commands/poisson.ts';
import { predictCommand } from './commands/predict.ts';
import { sampleCommand } from './commands/sample.ts';
import { scoreCommand } from './commands/score.ts';
import { selectCommand } from './commands/select.ts';
import { emgpuVersion } from './version.ts';

const DESCRIPTION = `Gaussian and Poisson mixtures and k-means over millions of points, on WebGPU or on all cores.

Files: CSV, TSV, Parquet, Arrow IPC, NPY. Results go to stdout, everything else to stderr.`;

const EXAMPLES = `
Examples:
  emgpu fit flights.parquet --columns delay,distance --components 6 --out model.json --report report.html
  emgpu select faithful.csv --components 1:6 --report selection.html
  emgpu predict model.json flights.parquet > labels.csv
  emgpu evaluate model.json iris.csv --labels-column species
  emgpu sample model.json -n 1000 --seed 1 > points.csv
  emgpu info

Exit status: 0 done, 1 failed, 2 typed wrong, 130 interrupted. A failure is one line with a stable code:
  emgpu: [missing-column] …
EMGPU_DEBUG=1 adds the stack trace; NO_COLOR=1 turns colours off.`;

/** The command line. Long work stops when `signal` fires. */
export function buildProgram(signal: AbortSignal): Command {
  const program = new Command('emgpu').description(DESCRIPTION).version(emgpuVersion()).addHelpText('after', EXAMPLES);
  const commands = [
    fitCommand(signal),
    selectCommand(signal),
    kmeansCommand(signal),
    poissonCommand(signal),
    predictCommand(signal),
    scoreCommand(signal),
    evaluateCommand(signal),
    imputeCommand(signal),
    sampleCommand(signal),
    infoCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  // Commander's own words for errors are left out: main.ts prints every failure in one style.
  for (const command of [program, ...commands]) {
    command.exitOverride().configureOutput({ outputError: () => undefined });
  }
  return program;
}
