/**
 * Installs what the GPU test lanes run on: Chromium (which brings SwiftShader), Firefox, Mesa's lavapipe. On Debian and
 * Ubuntu as root with apt-get; elsewhere it tries puppeteer's download for the browsers and says what to install by
 * hand. It never fails: a lane that lacks something fails by itself, with a sentence.
 *
 *     node scripts/install-test-drivers.mjs
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addSuite, candidate, debianCodename, install, whyNoApt } from './apt.mjs';
import * as drivers from './drivers.mjs';

const DOWNLOAD_TIMEOUT_MS = 300_000;

const found = (has, find) => () => (has() ? find() : undefined);

const NEEDS = [
  { name: 'chromium', find: drivers.findChromium, apt: installChromium, download: 'chrome' },
  { name: 'firefox', find: found(drivers.hasFirefox, drivers.findFirefox), apt: installFirefox, download: 'firefox' },
  { name: 'lavapipe', find: found(drivers.hasLavapipe, drivers.findLavapipe), apt: installLavapipe },
];

const isAtLeast = (major, name) => Number.parseInt(candidate(name) ?? '0', 10) >= major;

/** On Debian only: Ubuntu has the browsers as snaps, with empty packages or none in apt. */
function installChromium() {
  if (debianCodename() !== undefined) install('chromium');
}

/** Debian takes new versions of Firefox into its security suite. */
function installFirefox() {
  const codename = debianCodename();
  if (codename === undefined) return;
  if (!isAtLeast(drivers.FIREFOX_MAJOR, 'firefox-esr')) addSuite(`${codename}-security`, 'debian-security');
  install('firefox-esr');
}

/** From the plain suite when it is new enough, else from backports. */
function installLavapipe() {
  const codename = debianCodename();
  if (isAtLeast(drivers.LAVAPIPE_MAJOR, 'mesa-vulkan-drivers')) {
    install('mesa-vulkan-drivers');
  } else if (codename !== undefined) {
    addSuite(`${codename}-backports`, 'debian');
    install('mesa-vulkan-drivers', `${codename}-backports`);
  }
}

/** The last resort for a browser: what puppeteer would have fetched when it was installed. */
function download({ name, download: browser }) {
  const cli = fileURLToPath(new URL('../node_modules/.bin/puppeteer', import.meta.url));
  if (!browser || !existsSync(cli)) return;
  console.log(`${name}: no system package that will do, trying puppeteer's download …`);
  const { status } = spawnSync(process.execPath, [cli, 'browsers', 'install', browser], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  if (status !== 0) console.log(`${name}: the download failed.`);
}

const missing = () => NEEDS.filter(({ find }) => find() === undefined);

function main() {
  if (missing().length > 0) {
    const noApt = whyNoApt();
    if (noApt) console.log(`Nothing is installed by apt-get: ${noApt}.`);
    else for (const need of missing()) need.apt();
    for (const need of missing()) download(need);
  }
  for (const { name, find } of NEEDS) {
    const file = find();
    if (file)
      console.log(`${name}: ${file}${name === 'lavapipe' ? ` (Mesa ${drivers.lavapipeVersion() ?? '?'})` : ''}`);
    else console.log(`${name}: COULD NOT BE HAD, its lanes will fail. ${drivers.INSTALL[name]}`);
  }
  console.log(
    `swiftshader: ${drivers.findSwiftShader() ?? 'COULD NOT BE HAD, its lane will fail. It comes with Chromium.'}`,
  );
}

main();
