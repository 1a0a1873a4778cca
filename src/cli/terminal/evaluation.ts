import type { ComponentSummary, FisherInformation, KFoldScore, Silhouette } from '../../node.ts';
import { overlapText } from '../component-table.ts';
import type { Agreement, Evaluation } from '../evaluation.ts';
import { printable } from '../failure.ts';
import { count, short, withSpread } from '../numbers.ts';
import { limitedLines } from './components.ts';
import { scoreFacts } from './scores.ts';
import { emphasis, widthOf } from './style.ts';
import { factLines } from './summary.ts';

/** An evaluation for people: the components, then the numbers. */
export function evaluationSummary(
  evaluation: Evaluation,
  featureNames: readonly string[],
  weightsColumn: string | undefined,
): string {
  const { scores, heldOut, silhouette, agreement, components, standardErrors, indefinite, caution } = evaluation;
  const facts = [
    ...scoreFacts(scores, weightsColumn),
    ...(heldOut ? heldOutFacts(heldOut) : []),
    ...silhouetteFacts(silhouette),
    ...(agreement ? agreementFacts(agreement) : []),
    ...(indefinite === undefined ? [] : [['standard errors', `none: ${indefinite}`]]),
    ...(caution === undefined ? [] : [['standard errors', caution]]),
  ];
  const table = components ? [...componentLines(components, featureNames), ''] : [];
  const errors =
    components && standardErrors ? [...standardErrorLines(components, featureNames, standardErrors), ''] : [];
  return [...table, ...errors, ...factLines(facts)].map((line) => `${line}\n`).join('');
}

function heldOutFacts({ folds, mean, perFold }: KFoldScore & { readonly folds: number }): string[][] {
  const range = `folds from ${short(Math.min(...perFold), 6)} to ${short(Math.max(...perFold), 6)}`;
  return [['held-out', `${short(mean, 8)} per point, ${folds} ${range}`]];
}

/** Silhouettes of at most this many clusters are shown; `--json` has all of them. */
const MOST_CLUSTERS = 16;

function silhouetteFacts(silhouette: Silhouette | string): string[][] {
  if (typeof silhouette === 'string') return [['silhouette', `none: ${silhouette}`]];
  const { score, nSamples, sampled, perCluster } = silhouette;
  const rows = `${sampled ? 'a sample of ' : 'exact, '}${count(nSamples)} rows`;
  const listed = perCluster.slice(0, MOST_CLUSTERS).map(({ label, score }) => `${label}: ${score.toFixed(3)}`);
  if (perCluster.length > MOST_CLUSTERS) listed.push(`… and ${perCluster.length - MOST_CLUSTERS} more`);
  return [
    ['silhouette', `${score.toFixed(4)} (${rows})`],
    ['of each', listed.join(', ')],
  ];
}

function agreementFacts({ column, nSamples, ...indices }: Agreement): string[][] {
  return [
    ['adjusted Rand', `${indices.adjustedRandIndex.toFixed(4)} against "${printable(column)}"`],
    ['NMI', `${indices.normalizedMutualInformation.toFixed(4)} (${count(nSamples)} rows with a label)`],
  ];
}

/** The components: place, spread, shape, and the other component that each is hardest to tell from. */
function componentLines(components: readonly ComponentSummary[], featureNames: readonly string[]): string[] {
  const size = { noun: 'component', nComponents: components.length, nFeatures: featureNames.length } as const;
  const shape = ['eigenvalues', 'condition', 'overlaps most'];
  const [head, ...rest] = limitedLines(size, widthOf(process.stdout), (shown, features) => ({
    header: ['component', 'weight', ...features.map((d) => featureNames[d]!), ...shape],
    rows: shown.map((k) => cells(components[k]!, features)),
  }));
  return [emphasis(process.stdout, 'bold', head!), ...rest];
}

/** The same components again, each estimate with its standard error. */
function standardErrorLines(
  components: readonly ComponentSummary[],
  featureNames: readonly string[],
  { weights, means, noise }: NonNullable<FisherInformation['standardErrors']>,
): string[] {
  const size = { noun: 'component', nComponents: components.length, nFeatures: featureNames.length } as const;
  const [head, ...rest] = limitedLines(size, widthOf(process.stdout), (shown, features) => ({
    header: ['component', 'weight', ...features.map((d) => featureNames[d]!)],
    rows: shown.map((k) => [
      `${k}`,
      withSpread(components[k]!.weight, weights[k]!),
      ...features.map((d) => withSpread(components[k]!.mean[d]!, means[k]![d]!)),
    ]),
  }));
  const elsewhere = noise === undefined ? 'covariances' : 'covariances and of the noise weight';
  return [
    `Weights and means ± their standard errors; those of ${elsewhere} are in --json.`,
    emphasis(process.stdout, 'bold', head!),
    ...rest,
  ];
}

/** @param features which features, as indices; as many eigenvalues are shown, the largest */
function cells(
  { component, weight, mean, sd, eigenvalues, conditionNumber, overlap }: ComponentSummary,
  features: readonly number[],
): string[] {
  const largest = eigenvalues.slice(0, features.length).map((value) => short(value, 3));
  return [
    `${component}`,
    weight.toFixed(4),
    ...features.map((d) => withSpread(mean[d]!, sd[d]!)),
    [...largest, ...(largest.length < eigenvalues.length ? ['…'] : [])].join(' '),
    short(conditionNumber, 3),
    overlapText(overlap),
  ];
}
