/**
 * `npm test`: all checks of the project, from a bare clone. Installs the npm packages when they are missing and what
 * the GPU lanes need, builds, checks types and style, runs every test. Ends with the line
 * `N passed, N failed, N skipped`, in which a step that failed counts as one failure.
 *
 *     node scripts/test.mjs           all of it
 *     node scripts/test.mjs --quick   tests only, without those that start the command, and of the GPU lanes only
 *                                     node-lavapipe: under a minute
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPORT = fileURLToPath(new URL('../build/vitest.json', import.meta.url));

// One that a caller has set stays. Browsers come from the system; puppeteer's download may be refused, and is large.
const env = { PUPPETEER_SKIP_DOWNLOAD: '1', ...process.env };

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`emgpu needs Node 20.19 or newer, this is ${process.version}.`);
  process.exit(1);
}

/** Runs one step with its output shown; whether it went well. */
function step(title, command, args) {
  const start = Date.now();
  console.log(`\n── ${title}`);
  const { status, error } = spawnSync(command, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const ok = status === 0;
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(`── ${title}: ${ok ? 'done' : `FAILED${error ? ` (${error.message})` : ''}`}, ${seconds} s`);
  return ok;
}

const npm = (title, ...args) => step(title, process.platform === 'win32' ? 'npm.cmd' : 'npm', args);

/** vitest's totals; `problems` are failures that belong to no single test. */
function readTotals(vitestOk) {
  if (!existsSync(REPORT)) return { passed: 0, failed: 0, skipped: 0, problems: ['vitest wrote no report'] };
  const report = JSON.parse(readFileSync(REPORT, 'utf8'));
  const failedWhole = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const problems = failedWhole.map(({ name }) => `${name} failed outside its tests`);
  const failed = report.numFailedTests;
  if (!vitestOk && failed === 0 && problems.length === 0) problems.push('vitest failed outside all tests, see above');
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests, problems };
}

/** What the tests of the pages then need not do again. */
function runBuild() {
  const built = npm('build', 'run', '-s', 'build');
  if (built) env.EMGPU_BUILT = '1';
  return built;
}

function runChecks() {
  return [
    runBuild() ? [] : ['build'],
    npm('types', 'run', '-s', 'typecheck') ? [] : ['types'],
    npm('lint', 'run', '-s', 'lint') ? [] : ['lint'],
  ].flat();
}

function main() {
  requireNode();
  const quick = process.argv.includes('--quick');
  if (quick) Object.assign(env, { EMGPU_QUICK: '1', EMGPU_LANES: env.EMGPU_LANES ?? 'node-lavapipe' });
  if (!existsSync(`${ROOT}/node_modules/.package-lock.json`) && !npm('npm ci', 'ci', '--loglevel=warn')) {
    console.log('\n0 passed, 1 failed, 0 skipped');
    process.exit(1);
  }
  if (!quick) step('drivers for the GPU lanes', process.execPath, ['scripts/install-test-drivers.mjs']);
  const failedSteps = quick ? [] : runChecks();
  rmSync(REPORT, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const projects = quick ? ['--project', 'unit', '--project', 'lanes'] : [];
  if (quick)
    console.log(
      '!!! QUICK: without slow unit tests, test/cli, build, types, lint and most GPU lanes; `npm test` runs them. !!!',
    );
  const vitestOk = step('tests', process.execPath, [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...reporters,
    ...projects,
  ]);
  const { passed, failed, skipped, problems } = readTotals(vitestOk);
  const others = [...failedSteps.map((name) => `the step "${name}" failed`), ...problems];
  if (others.length > 0) console.log(`\nBesides tests:\n  ${others.join('\n  ')}`);
  console.log(`\n${passed} passed, ${failed + others.length} failed, ${skipped} skipped`);
  process.exit(failed + others.length === 0 && vitestOk ? 0 : 1);
}

main();
