import { printable } from '../failure.ts';
import type { Fitted } from '../fitted.ts';
import { droppedText, type Source } from '../input.ts';
import { isGaussian, isKMeans } from '../models.ts';
import { count, seconds, short, total } from '../numbers.ts';
import { optimaOf, refusalsOf } from '../optima.ts';
import { componentLines } from './components.ts';
import { emphasis, widthOf } from './style.ts';

/** Writes a line beside the results to stderr: what was read, what was chosen, what to beware of. */
export function note(topic: string, text: string): void {
  process.stderr.write(`${emphasis(process.stderr, 'dim', topic.padEnd(8))} ${printable(text)}\n`);
}

/** Writes a warning to stderr. */
export function warn(text: string): void {
  process.stderr.write(`${emphasis(process.stderr, 'yellow', 'warning ')} ${printable(text)}\n`);
}

/** Notes where the points came from. */
export function noteSource(source: Source, nSamples: number, extraSeconds = 0): void {
  const { featureNames, points, file } = source;
  const names = featureNames.length <= 8 ? featureNames : [...featureNames.slice(0, 7), '…'];
  const shape = `${count(nSamples)} × ${points.nFeatures} (${names.join(', ')})`;
  note('read', `${shape} from ${file} in ${seconds(source.seconds + extraSeconds)}${droppedText(source)}`);
}

/** At most this many columns that were left out are named, of either kind. */
const MOST_LEFT_OUT = 4;

/**
 * Reports columns that were not taken: a warning for columns that hold numbers as well, where a slip may be the cause, and, in output for people, a
 * note for the others.
 */
export function noteLeftOut({ leftOut }: Source, json: boolean | undefined): void {
  const mixed = leftOut.filter(({ hasNumbers }) => hasNumbers);
  for (const { name, why } of mixed.slice(0, MOST_LEFT_OUT)) {
    warn(`Column "${name}" was left out: ${why}. Correct the file, or name columns with --columns.`);
  }
  if (mixed.length > MOST_LEFT_OUT) {
    warn(`${mixed.length - MOST_LEFT_OUT} more columns that hold numbers were left out, for such reasons.`);
  }
  const texts = leftOut.filter(({ hasNumbers }) => !hasNumbers);
  if (json || texts.length === 0) return;
  const more = texts.length > MOST_LEFT_OUT ? `, and ${texts.length - MOST_LEFT_OUT} more` : '';
  note(
    'left out',
    texts
      .slice(0, MOST_LEFT_OUT)
      .map(({ name, why }) => `${name} (${why})`)
      .join(', ') + more,
  );
}

/** The results of a fit, for people: components, then how good they are and how they came about. */
export function fitSummary(fitted: Fitted): string {
  const [head, ...rest] = componentLines(fitted.view, widthOf(process.stdout));
  const facts = [...qualityFacts(fitted), ...runFacts(fitted)];
  return [emphasis(process.stdout, 'bold', head!), ...rest, '', ...factLines(facts), ...startLines(fitted)]
    .map((line) => `${line}\n`)
    .join('');
}

function qualityFacts({ fit, weightsColumn }: Fitted): string[][] {
  const size = `${total(fit.totalWeight)}, the sum of "${weightsColumn}" over ${count(fit.nSamples)} rows`;
  const effective = weightsColumn === undefined ? [] : [['effective size', printable(size)]];
  if (isKMeans(fit)) return [['inertia', total(fit.inertia)], ...effective];
  const noise = isGaussian(fit) ? fit.noise : undefined;
  const share = noise && `${noise.weight.toFixed(4)}, label ${fit.nComponents}`;
  return [
    ['log-likelihood', `${total(fit.logLikelihood)} (${short(fit.lowerBound, 7)} per point)`],
    ['BIC', total(fit.bic)],
    ['AIC', total(fit.aic)],
    ['ICL', total(fit.icl)],
    ...effective,
    ...(share ? [['noise weight', share]] : []),
  ];
}

function runFacts({ fit, maxIter }: Fitted): string[][] {
  const end = fit.converged ? ', converged' : ` of at most ${maxIter}, not converged`;
  const { warmUp } = fit;
  const warm = warmUp && `${warmUp.nIter} iterations on ${count(warmUp.nSamples)} rows`;
  return [
    ['iterations', `${fit.nIter}${end}`],
    ['E-steps', count(fit.nExpectations)],
    ...(warm ? [['warm-up', `${warm}${warmUp.converged ? ', converged' : ', not converged'}`]] : []),
    ['time', `${seconds(fit.seconds.fit)} to fit, ${seconds(fit.seconds.perIteration)} per iteration`],
  ];
}

/** At most this many optima, and as many reasons, are shown; the report and `--json` have all of them. */
const MOST_OPTIMA = 8;

/** What the starts led to, if there were several: the optima, how often each was found, and why starts were refused. */
function startLines({ fit }: Fitted): string[] {
  if (fit.restarts.length < 2) return [];
  const optima = optimaOf(fit);
  const refusals = [...refusalsOf(fit)];
  const table = [
    ...optima.slice(0, MOST_OPTIMA).map(({ value, times }) => [total(value), `${times}`, '']),
    ...refusals.slice(0, MOST_OPTIMA).map(([why, times]) => ['refused', `${times}`, `  ${printable(why)}`]),
  ];
  const more = Math.max(0, optima.length - MOST_OPTIMA) + Math.max(0, refusals.length - MOST_OPTIMA);
  const header = [isKMeans(fit) ? 'inertia' : 'log-likelihood', 'starts', ''];
  const widths = [0, 1].map((column) => Math.max(...[header, ...table].map((cells) => cells[column]!.length)));
  const lines = [header, ...table].map(([value, times, why]) =>
    `${value!.padStart(widths[0]!)}   ${times!.padStart(widths[1]!)}${why}`.trimEnd(),
  );
  const head = emphasis(process.stdout, 'bold', lines[0]!);
  return ['', head, ...lines.slice(1), ...(more > 0 ? [`… and ${more} more: --json lists all starts`] : [])];
}

/** Names and values, aligned. */
export function factLines(facts: readonly (readonly string[])[]): string[] {
  const width = Math.max(...facts.map(([name]) => name!.length));
  return facts.map(([name, value]) => `${name!.padEnd(width)}  ${value}`);
}
