import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { describeMissingLanes, requiredLanes } from './test/lanes/required.ts';

const lanes = requiredLanes();
const missing = describeMissingLanes();
/** What fits remember of the adapter stays out of the user's own cache. */
const env = { XDG_CACHE_HOME: fileURLToPath(new URL('build/cache', import.meta.url)) };
/** `npm run test:quick` */
const quick = Boolean(process.env.EMGPU_QUICK);
/** Left out by it: each takes more than a second. */
const SLOW = [
  'test/api/{backends,densities,entries,golden,poisson*}.test.ts',
  'test/bench/bundle.test.ts',
  'test/bench-peers/**',
  'test/cpu/{assignment,dataset,seeding,stages,wasm,weights}.test.ts',
  'test/data/{apart,arrow,csv,csv-property,damaged,open-stream,parquet,stream-memory}.test.ts',
  'test/em/{acceleration,k-means,missing,prior,restarts,row-sample,shapes,warm-up,warm-up-weights,weights}.test.ts',
  'test/information/**',
  'test/lab/data/{generate,prepare,room}.test.ts',
  'test/lab/takeaway/{labels,link,files,snippet-runs}.test.ts',
  'test/judging/{agreement,components}.test.ts',
  'test/missing/{fits,statistics}.test.ts',
  'test/properties/{k-means,mixture}.test.ts',
  'test/select/**',
  'test/streams/{exact,fits,memory}.test.ts',
];
/** What changes the process it runs in (the entry for Node, which all that follows would then compute by), or measures its memory. */
const ALONE = [
  'test/api/{backends,entries}.test.ts',
  'test/data/stream-memory.test.ts',
  'test/lab/takeaway/snippet-runs.test.ts',
  'test/streams/memory.test.ts',
];
/** Of the unit tests: what starts the command or a browser, or runs on a lane. */
const OTHERS = ['test/lanes/**', 'test/cli/**', 'test/demo/**', 'test/docs/**', 'test/package/**'];
/** What the Lab's rooms import: the sources, and not what was built of them. */
const resolve = {
  alias: [{ find: /^emgpu$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) }],
};
/** Lanes take longest and wait much, Deno's most, 10 ms for every readback, and Firefox: they begin first, so that others compute meanwhile. */
class LanesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      ['.lane.test.ts', 'deno.lane.test.ts', 'firefox.lane.test.ts', 'harness.test.ts'].filter((end) =>
        moduleId.endsWith(end),
      ).length;
    return (await super.sort(files)).sort((a, b) => rank(b) - rank(a));
  }
}

if (missing) console.error(`\n${missing}\n`);

// `isolate: false` below: a process per file costs more than what most of them take.
export default defineConfig({
  test: {
    sequence: { sequencer: LanesFirst },
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          env,
          include: ['test/**/*.test.ts'],
          exclude: [...OTHERS, ...ALONE, ...(quick ? SLOW : [])],
          isolate: false,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve,
        test: {
          name: 'alone',
          env,
          include: ALONE,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          // Each test starts the command or a browser, which is slow: apart, so that the quick run can leave them out.
          name: 'commands',
          env,
          include: ['test/{cli,docs,package}/**/*.test.ts'],
          isolate: false,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'pages',
          env,
          include: ['test/demo/**/*.test.ts'],
          globalSetup: ['test/demo/serve.ts'],
          // A browser beside others on two cores is late now and then; what is broken fails every time.
          retry: 2,
          isolate: false,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'lanes',
          // A lane that is not required does not show up as skipped: it is announced above and not there at all.
          include:
            lanes.length === 0
              ? []
              : ['test/lanes/harness.test.ts', ...lanes.map((lane) => `test/lanes/${lane}.lane.test.ts`)],
          globalSetup: ['test/lanes/build.ts'],
          isolate: false,
          hookTimeout: 60_000,
          // After the unit tests, or the one lane of the quick run beside them. A lane waits for its device, or for the one thread of its float64
          // twins, half of the time.
          maxWorkers: quick ? 2 : 5,
          sequence: { groupOrder: quick ? 0 : 1 },
        },
      },
    ],
  },
});
