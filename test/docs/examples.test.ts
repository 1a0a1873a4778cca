import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { findLavapipe } from '../../scripts/drivers.mjs';
import { requiredLanes } from '../lanes/required.ts';
import { installPackage } from '../package/install.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A place where `emgpu` is an installed package, as it is for whoever copies an example. */
const APP = `${ROOT}build/test-examples/`;
const NEEDS_GPU = 'share-device.mjs';
const TIMEOUT = 60_000;

const examples = readdirSync(`${ROOT}examples`).filter((name) => name.endsWith('.mjs'));
/** Guide pages whose code is out of the example of the same name, and whose output is what it prints; others show how calls look. */
const pages = ['annealing', 'fewer-iterations', 'k-means', 'seeding-and-restarts', 'shapes', 'weights'];

const printed = new Map<string, string>();

/** What the fenced blocks of a text in one language hold. */
function blocksIn(file: string, language: string): string[] {
  const text = readFileSync(`${ROOT}${file}`, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block!);
}

const blocksOf = (page: string, language: string) => blocksIn(`docs/guide/${page}.md`, language);

/** Blocks of the README and the guide that import what they use: whole programs. */
const programs = ['README.md', ...readdirSync(`${ROOT}docs/guide`).map((name) => `docs/guide/${name}`)]
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) => blocksIn(file, 'js').map((code, i) => ({ name: `${file}, block ${i + 1}`, code })))
  .filter(({ code }) => code.startsWith('import '));

function run(file: string, env: NodeJS.ProcessEnv = {}): string {
  const options = { cwd: APP, encoding: 'utf8', timeout: TIMEOUT, env: { ...process.env, ...env } } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], options);
  expect(status, stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  await installPackage('test-examples');
  cpSync(`${ROOT}examples`, `${APP}examples`, { recursive: true });
  cpSync(`${ROOT}test/reference/data`, `${APP}test/reference/data`, { recursive: true });
  cpSync(`${ROOT}test/reference/data/faithful.csv`, `${APP}faithful.csv`);
});

describe('on the CPU', () => {
  beforeAll(() => {
    // As where the optional package is not installed: the numbers in the guide are the CPU's.
    const absent = `${APP}node_modules/webgpu/`;
    mkdirSync(absent, { recursive: true });
    writeFileSync(`${absent}package.json`, '{ "name": "webgpu", "main": "absent.js" }');
    return () => rmSync(absent, { recursive: true });
  });

  test.each(examples.filter((name) => name !== NEEDS_GPU))('%s runs to its end', (name) => {
    const output = run(`examples/${name}`);
    expect(output.length).toBeGreaterThan(20);
    printed.set(name, output);
  });

  test.each(pages)('%s.md says what its example prints', (page) => {
    const output = printed.get(`${page}.mjs`);
    for (const block of blocksOf(page, 'text')) expect(output).toContain(block);
  });

  test.each(programs)('$name runs as written', ({ code }) => {
    writeFileSync(`${APP}program.mjs`, code);
    expect(run('program.mjs')).not.toBe('');
  });
});

describe('the guide', () => {
  test.each(pages)('%s.md shows what is in its example', (page) => {
    const source = readFileSync(`${ROOT}examples/${page}.mjs`, 'utf8');
    const blocks = blocksOf(page, 'js');
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(source).toContain(block);
  });

  test('lists all its pages, and examples/README.md all examples', () => {
    const index = readFileSync(`${ROOT}docs/guide/README.md`, 'utf8');
    const listed = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name!);
    const there = readdirSync(`${ROOT}docs/guide`).filter((name) => name.endsWith('.md') && name !== 'README.md');
    expect(listed.toSorted()).toEqual(there.toSorted());
    for (const name of examples) expect(readFileSync(`${ROOT}examples/README.md`, 'utf8')).toContain(`](${name})`);
  });
});

// Where the lane is not required, the start of the tests has said so.
describe.runIf(requiredLanes().includes('node-lavapipe'))('on lavapipe', () => {
  test(`${NEEDS_GPU} runs to its end`, () => {
    expect(existsSync(`${APP}node_modules/webgpu`)).toBe(false);
    expect(run(`examples/${NEEDS_GPU}`, { VK_DRIVER_FILES: findLavapipe() })).toMatch(/^webgpu, .*llvmpipe/);
  });
});
