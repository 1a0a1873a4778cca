import { anneal, type HostPoints, KMeans, type KMeansModel, type MixtureModel } from 'emgpu';
import { ON_CPU, toRows } from '../kit/index.ts';
import { SIGMAS } from './scenes.ts';

/** Soft k-means at one width, run to its end; at width 0 k-means itself. */
export interface Stage {
  readonly sigma: number;
  /** `[K][2]`, in the same order at all stages. */
  readonly centers: readonly (readonly number[])[];
  /** `[N][K]` */
  readonly shares: readonly (readonly number[])[];
  /** Of the shares, nats per point: 0 where all are hard. */
  readonly entropy: number;
  /** The largest distance from a centre to the nearest of k-means' own. */
  readonly distance: number;
  /** `[N][K]` responsibilities of other points. */
  sharesOf(points: HostPoints): Promise<readonly (readonly number[])[]>;
}

/** All stages, and where k-means on its own puts its centres. */
export interface Shrinking {
  readonly stages: readonly Stage[];
  readonly kMeans: readonly (readonly number[])[];
}

/** Follows K centres from a wide σ to none; they are named from left to right by where they end. */
export async function shrink(points: HostPoints, nClusters: number): Promise<Shrinking> {
  using best = await new KMeans({ nClusters, nInit: 20, tol: 0, ...ON_CPU }).fit(points);
  const variances = SIGMAS.map((sigma) => sigma ** 2);
  const models: (MixtureModel | KMeansModel)[] = [];
  const entropies: number[] = [];
  for await (const { model, bound } of anneal(points, { nClusters, variances, tol: 1e-9, maxIter: 2000, ...ON_CPU })) {
    models.push(model);
    entropies.push(((bound?.entropy ?? 0) * points.nFeatures) / points.data.length);
  }
  const ends = centersOf(models.at(-1)!);
  const order = ends.map((_, k) => k).sort((a, b) => ends[a]![0]! - ends[b]![0]!);
  const stages = models.map(async (model, i): Promise<Stage> => {
    const sharesOf = async (some: HostPoints) =>
      (await responsibilities(model, some)).map((row) => order.map((k) => row[k]!));
    const centers = order.map((k) => centersOf(model)[k]!);
    const shares = await sharesOf(points);
    return {
      sigma: SIGMAS[i] ?? 0,
      centers,
      shares,
      entropy: entropies[i]!,
      distance: farthest(centers, best.centers),
      sharesOf,
    };
  });
  return { stages: await Promise.all(stages), kMeans: best.centers };
}

function centersOf(model: MixtureModel | KMeansModel): number[][] {
  return 'centers' in model ? model.centers : model.means;
}

async function responsibilities(model: MixtureModel | KMeansModel, points: HostPoints): Promise<number[][]> {
  if (!('centers' in model)) return toRows(await model.predictProba(points, ON_CPU), model.nComponents);
  const labels = await model.predict(points, ON_CPU);
  return Array.from(labels, (label) => model.centers.map((_, k) => (k === label ? 1 : 0)));
}

function farthest(centers: readonly (readonly number[])[], others: readonly (readonly number[])[]): number {
  const nearest = ([x, y]: readonly number[]) => Math.min(...others.map(([u, v]) => Math.hypot(x! - u!, y! - v!)));
  return Math.max(...centers.map(nearest));
}
