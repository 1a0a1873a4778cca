import { type Command, Option } from 'commander';
import {
  backendOption,
  columnsOption,
  dropMissingOption,
  formatOption,
  nonNegative,
  seedOption,
  tuneOption,
  wholeNumber,
} from '../options.ts';

/** Adds the options that `fit` and `kmeans` share, in the order in which `--help` lists them. */
export function addFittingOptions(command: Command, tolHelp: string): Command {
  const options = [
    columnsOption(),
    new Option('--init <start>', 'k-means++, random, or the path of a model file').default('k-means++'),
    seedOption(),
    new Option('--tol <tol>', tolHelp).argParser(nonNegative('--tol', '1e-6')).default(1e-6, '1e-6'),
    new Option('--max-iter <n>', 'most iterations').argParser(wholeNumber('--max-iter', 1)).default(500),
    backendOption(),
    tuneOption(),
    formatOption(),
    dropMissingOption(),
    new Option('--out <model.json>', 'write the model here'),
    new Option('--labels <labels.csv>', 'write row and label of every point here'),
    new Option('--report <report.html>', 'write a report with charts here: one file that needs no network'),
    new Option('--json', 'print one JSON object instead of the summary'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** Adds the options that `predict` and `score` share. */
export function addScoringOptions(command: Command): Command {
  const columns = columnsOption();
  columns.description = 'columns to use (default: the columns of the model, else all number columns)';
  for (const option of [columns, backendOption(), tuneOption(), formatOption(), dropMissingOption()])
    command.addOption(option);
  return command;
}
