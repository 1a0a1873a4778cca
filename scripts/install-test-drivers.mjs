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
import { addBackports, backportsSuite, candidate, install, whyNoApt } from './apt.mjs';
import * as drivers from './drivers.mjs';

const DOWNLOAD_TIMEOUT_MS = 300_000;

const NEEDS = [
  { name: 'chromium', find: drivers.findChromium, apt: () => installBrowser('chromium'), download: 'chrome' },
  { name: 'firefox', find: drivers.findFirefox, apt: () => installBrowser('firefox-esr'), download: 'firefox' },
  { name: 'lavapipe', find: () => (drivers.hasLavapipe() ? drivers.findLavapipe() : undefined), apt: installLavapipe },
];

/** Ubuntu has the browsers as snaps only, with empty packages or none in apt. */
function installBrowser(name) {
  if (backportsSuite() !== undefined) install(name);
}

/** From the plain suite when it is new enough, else from backports. */
function installLavapipe() {
  const version = candidate('mesa-vulkan-drivers');
  if (version !== undefined && Number.parseInt(version, 10) >= drivers.LAVAPIPE_MAJOR) {
    install('mesa-vulkan-drivers');
    return;
  }
  const suite = backportsSuite();
  if (suite === undefined) {
    console.log(`lavapipe: this system offers Mesa ${version ?? '(none)'}, too old for Dawn.`);
    return;
  }
  addBackports(suite);
  install('mesa-vulkan-drivers', suite);
}

/** The last resort for a browser: what puppeteer would have fetched when it was installed. */
function download({ name, download: browser }) {
  const cli = fileURLToPath(new URL('../node_modules/.bin/puppeteer', import.meta.url));
  if (!browser || !existsSync(cli)) return;
  console.log(`${name}: no system package, trying puppeteer's download …`);
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
