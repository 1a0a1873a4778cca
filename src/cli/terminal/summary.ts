import { printable } from '../failure.ts';
import type { Fitted } from '../fitted.ts';
import { droppedText, type Table } from '../input.ts';
import { isKMeans } from '../models.ts';
import { count, seconds, short, total } from '../numbers.ts';
import { componentLines } from './components.ts';
import { emphasis, widthOf } from './style.ts';

/** A line beside the results: what was read, what was chosen, what to beware of. Goes to stderr. */
export function note(topic: string, text: string): void {
  process.stderr.write(`${emphasis(process.stderr, 'dim', topic.padEnd(8))} ${printable(text)}\n`);
}

/** A warning, on stderr. */
export function warn(text: string): void {
  process.stderr.write(`${emphasis(process.stderr, 'yellow', 'warning ')} ${printable(text)}\n`);
}

/** Notes where the points came from. */
export function noteTable(table: Table, extraSeconds = 0): void {
  const names = table.featureNames.length <= 8 ? table.featureNames : [...table.featureNames.slice(0, 7), '…'];
  const shape = `${count(table.nSamples)} × ${table.points.nFeatures} (${names.join(', ')})`;
  note('read', `${shape} from ${table.file} in ${seconds(table.seconds + extraSeconds)}${droppedText(table)}`);
}

/** The results of a fit, for people: components, then how good they are. */
export function fitSummary({ fit, view, maxIter }: Fitted): string {
  const [head, ...rest] = componentLines(view, widthOf(process.stdout));
  const facts = isKMeans(fit)
    ? [['inertia', total(fit.inertia)]]
    : [
        ['log-likelihood', `${total(fit.logLikelihood)} (${short(fit.lowerBound, 7)} per point)`],
        ['BIC', total(fit.bic)],
        ['AIC', total(fit.aic)],
      ];
  facts.push(
    ['iterations', `${fit.nIter}${fit.converged ? ', converged' : ` of at most ${maxIter}, not converged`}`],
    ['time', `${seconds(fit.seconds.fit)} to fit, ${seconds(fit.seconds.perIteration)} per iteration`],
  );
  return [emphasis(process.stdout, 'bold', head!), ...rest, '', ...factLines(facts)]
    .map((line) => `${line}\n`)
    .join('');
}

/** Names and values, aligned. */
export function factLines(facts: readonly (readonly string[])[]): string[] {
  const width = Math.max(...facts.map(([name]) => name!.length));
  return facts.map(([name, value]) => `${name!.padEnd(width)}  ${value}`);
}
