import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { type App, installPackage } from './install.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMPILER = `${ROOT}node_modules/@typescript/native/bin/tsc`;

/** As strict as it gets, with few libraries: what the package's types need they must bring. */
const STRICT = {
  ...{ target: 'ES2022', lib: ['ES2022', 'DOM'], types: [] },
  ...{ strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true },
};

/** Options that are there and undefined are options that were left out. */
const PROGRAM = `
  import {
    type CallOptions, densityGrid, GaussianMixture, type GaussianMixtureOptions, type HostPoints, KMeans, type KMeansOptions,
    openStream, PoissonMixture, type PoissonMixtureOptions, readTable, type ReadTableOptions, select, streamFrom,
  } from 'emgpu';

  type Absent<T> = { [Key in keyof T as undefined extends T[Key] ? Key : never]-?: undefined };
  const device = { backend: undefined, device: undefined, tune: undefined, chunkRows: undefined };
  const iteration = { ...device, seed: undefined, maxIter: undefined, nInit: undefined, tol: undefined, missing: undefined };
  const mixture = { ...iteration, accelerate: undefined, warmUp: undefined, bounds: undefined, init: undefined };
  const gaussian: Absent<GaussianMixtureOptions> = {
    ...mixture, covarianceType: undefined, regCovar: undefined, freeze: undefined, prior: undefined, noise: undefined,
  };
  const kMeans: Absent<KMeansOptions> = { ...iteration, init: undefined, metric: undefined };
  const poisson: Absent<PoissonMixtureOptions> = mixture;
  const points: HostPoints = { data: Float64Array.of(1, 2, 1, 3, 8, 9, 8, 7), nFeatures: 1, featureNames: undefined, sampleWeight: undefined };
  const call: CallOptions = { signal: undefined, onProgress: undefined };

  const fits = [
    await new GaussianMixture({ nComponents: 2, ...gaussian }).fit(points, call),
    await new KMeans({ nClusters: 2, ...kMeans }).fit(points, call),
    await new PoissonMixture({ nComponents: 2, ...poisson }).fit(points, call),
  ];
  for (const fit of fits) fit.destroy();
  const reading: Omit<Absent<ReadTableOptions>, 'name'> = {
    columns: undefined, weightsColumn: undefined, header: undefined, format: undefined, missing: undefined,
    survey: undefined, signal: undefined, onProgress: undefined,
  };
  const table = await readTable(new Blob(['a,b\\n1,2\\n3,4\\n']), { name: 'table.csv', ...reading });
  const { best } = await select(table.points, { nComponents: [1], covarianceTypes: undefined, criterion: undefined }, call);
  console.log(best.nComponents, typeof densityGrid, typeof openStream, typeof streamFrom);
`;

let app: App;

beforeAll(async () => {
  app = await installPackage('test-types');
  run(process.execPath, COMPILER, '-p', `${ROOT}tsconfig.build.json`, '--outDir', app.dist);
});

function run(executable: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(executable, args, {
    cwd: app.folder,
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
  return stdout;
}

test.each([
  { module: 'ESNext', moduleResolution: 'Bundler' },
  { module: 'NodeNext', moduleResolution: 'NodeNext' },
])('a strict program compiles against the types, and runs: $moduleResolution', (modules) => {
  writeFileSync(`${app.folder}program.ts`, PROGRAM);
  const settings = { compilerOptions: { ...STRICT, ...modules }, files: ['program.ts'] };
  writeFileSync(`${app.folder}tsconfig.json`, JSON.stringify(settings));
  run(process.execPath, COMPILER, '-p', 'tsconfig.json');
  expect(run(process.execPath, 'program.js')).toBe('1 function function function\n');
});
