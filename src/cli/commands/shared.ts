import { type Command, Option } from 'commander';
import {
  backendOption,
  columnsOption,
  formatOption,
  headerOption,
  type MissingChoice,
  missingOption,
  nonNegative,
  restartsOption,
  seedOption,
  streamOptions,
  tuneOption,
  weightsOption,
  wholeNumber,
} from '../options.ts';

/** What differs between the commands that fit. */
export interface FittingVariant {
  /** The methods that draw a start, the default one first. */
  readonly starts: readonly string[];
  /** Whether `--init` may also name a model file. */
  readonly fromFile: boolean;
  readonly tolHelp: string;
  readonly restarts: number;
  readonly missing: readonly MissingChoice[];
  /** Options of the command's own model; listed after the start. */
  readonly more?: readonly Option[];
}

/** Adds the options that the commands that fit share, in the order in which `--help` lists them. */
export function addFittingOptions(command: Command, variant: FittingVariant): Command {
  const { starts, fromFile, tolHelp, more = [] } = variant;
  const init = new Option('--init <start>', `${starts.join(', ')}${fromFile ? ', or the path of a model file' : ''}`);
  const options = [
    columnsOption(),
    weightsOption(),
    missingOption(variant.missing),
    ...streamOptions(),
    fromFile ? init.default(starts[0]) : init.choices(starts).default(starts[0]),
    restartsOption(variant.restarts),
    seedOption(),
    new Option('--tol <tol>', tolHelp).argParser(nonNegative('--tol', '1e-6')).default(1e-6, '1e-6'),
    new Option('--max-iter <n>', 'most iterations').argParser(wholeNumber('--max-iter', 1)).default(500),
    ...more,
    backendOption(),
    tuneOption(),
    formatOption(),
    headerOption(),
    new Option('--out <model.json>', 'write the model here'),
    new Option('--labels <labels.csv>', 'write row and label of every point here'),
    new Option('--report <report.html>', 'write a report with charts here: one file that needs no network'),
    new Option('--json', 'print one JSON object instead of the summary'),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** Adds the options of the commands that take a model and a file of points. */
export function addScoringOptions(command: Command, missing: readonly MissingChoice[], weighted = false): Command {
  const columns = columnsOption();
  columns.description =
    'columns to use (default: those of the model; where model or file has no names, all number columns)';
  const weights = weighted ? [weightsOption()] : [];
  const rows = missing.length > 0 ? [missingOption(missing)] : [];
  const options = [columns, ...weights, ...rows, backendOption(), tuneOption(), formatOption(), headerOption()];
  for (const option of options) command.addOption(option);
  return command;
}
