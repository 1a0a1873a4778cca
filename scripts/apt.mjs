/** The few things that the installer of test drivers asks of apt. Debian and Ubuntu, as root. Node built-ins only. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = '/etc/apt/sources.list.d';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MINUTES = 60_000;

/** Runs a command quietly; gives its exit status and all that it said. */
function quietly(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 8 * MINUTES,
    maxBuffer: 64 * 2 ** 20,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  return { ok: status === 0, text: `${stdout ?? ''}${stderr ?? ''}` };
}

const apt = (...args) => quietly('apt-get', ['-y', '-q', '-o', 'DPkg::Lock::Timeout=120', ...args]);

/** Whether packages can be installed here at all; if not, why. */
export function whyNoApt() {
  if (process.platform !== 'linux' || !quietly('apt-get', ['--version']).ok) return 'this system has no apt-get';
  if (process.getuid?.() !== 0) return 'this is not root';
  return undefined;
}

/** Fetches the lists of packages. A source that fails is no reason to stop: the others may do. */
export function update() {
  console.log('apt-get update …');
  apt('update');
}

function hasLists() {
  const folder = '/var/lib/apt/lists';
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes('_Packages'));
}

/** Installs a package without what it only recommends; with old or no lists, fetches them and tries once more. */
export function install(name, suite) {
  const args = ['install', '--no-install-recommends', ...(suite ? ['-t', suite] : []), name];
  console.log(`apt-get ${args.join(' ')} …`);
  if (!hasLists()) update();
  let result = apt(...args);
  if (!result.ok) {
    update();
    result = apt(...args);
  }
  if (!result.ok) console.log(`  failed:\n    ${result.text.trim().split('\n').slice(-6).join('\n    ')}`);
  return result.ok;
}

/** The version of a package that `install` would take, undefined when there is none. */
export function candidate(name) {
  if (!hasLists()) update();
  const version = /Candidate: (\S+)/.exec(quietly('apt-cache', ['policy', name]).text)?.[1];
  return version === '(none)' ? undefined : version;
}

/** `bookworm` and the like; undefined on anything but Debian. */
export function debianCodename() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID=debian$/m.test(release) ? /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1] : undefined;
}

/** All that apt reads of sources, one text per file. */
function readSources() {
  const parts = existsSync(SOURCES) ? readdirSync(SOURCES).map((name) => join(SOURCES, name)) : [];
  const files = ['/etc/apt/sources.list', ...parts].filter((file) => /\.(list|sources)$/.test(file));
  return files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'));
}

/**
 * Adds a suite of Debian from the mirror that the system already uses, unless a source names it; fetches the lists
 * either way, for the present ones may be too old to know what is wanted.
 *
 * @param archive the mirror's folder: `debian` or `debian-security`
 */
export function addSuite(suite, archive) {
  const sources = readSources();
  const named = new RegExp(`^[^#]*\\b${suite}\\b`, 'm');
  if (!sources.some((text) => named.test(text))) {
    const mirrors = sources.flatMap(
      (text) => /^(?:URIs:|deb(?: \[.*?\])?)\s+(\S*debian\/?)(?:\s|$)/m.exec(text)?.[1] ?? [],
    );
    const mirror = (mirrors[0] ?? 'http://deb.debian.org/debian').replace(/debian\/?$/, archive);
    const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : '';
    const file = join(SOURCES, `emgpu-${suite}.list`);
    console.log(`adding ${suite} from ${mirror} (${file})`);
    writeFileSync(file, `deb ${signed}${mirror} ${suite} main\n`);
  }
  update();
}
