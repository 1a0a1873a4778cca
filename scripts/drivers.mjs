/**
 * Finds the browsers and Vulkan drivers that the test lanes run on. Node built-ins only: the installer uses it before
 * anything else is there. Types are in drivers.d.mts.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Dawn needs features that Mesa's software driver has since this version. */
export const LAVAPIPE_MAJOR = 24;

/** Release builds of Firefox for Linux used to refuse WebGPU (140 does); this is the oldest one known to allow it. */
export const FIREFOX_MAJOR = 153;

/** Chromium that asks nobody on the internet anything. */
export const CHROMIUM_OFFLINE = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * For Dawn on SwiftShader: workgroup memory is zeroed by a loop in the shader. The extension of Vulkan that does it elsewhere makes SwiftShader
 * unroll 16 KiB word by word, and compile for two seconds instead of a tenth. (lavapipe keeps the extension.)
 */
export const QUICK_TO_COMPILE = 'disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension';

/**
 * Chromium with WebGPU, compute and canvas, on SwiftShader: with the adapter alone, canvases lose their device. The page is rastered by the
 * processor, as by a Chromium without switches where there is no GPU; SwiftShader would take its cores for that.
 */
export const CHROMIUM_SWIFTSHADER = [
  `--${QUICK_TO_COMPILE}`,
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=vulkan',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-gpu-rasterization',
];

const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const FIREFOXES = ['firefox-esr', 'firefox'];
const ICD_FOLDERS = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/** What a command prints, empty when it fails or does not exist. */
function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout : '';
}

/** The files of Debian packages. `dpkg -L` fails as a whole when one of them is not installed, yet lists the others. */
function packageFiles(...packages) {
  const { stdout } = spawnSync('dpkg', ['-L', ...packages], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return (stdout ?? '').split('\n');
}

/** Executables of these names, the first name's first. */
function findOnPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).filter(isProgram);
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return !isSnapStub(file);
  } catch {
    return false;
  }
}

/** Ubuntu's `chromium-browser` and `firefox` may be scripts that only say to install the snap. */
function isSnapStub(file) {
  const text = readFileSync(realpathSync(file)).subarray(0, 4096).toString('latin1');
  return text.startsWith('#!') && /snap install|\/snap\/bin/.test(text);
}

/** Browsers that `puppeteer browsers install` has put into its cache as `<kind>/<build>/…/<binary>`, newest first. */
function findInPuppeteerCache(kind, binary) {
  const folder = join(process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), '.cache', 'puppeteer'), kind);
  if (!existsSync(folder)) return [];
  const builds = readdirSync(folder).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return builds
    .flatMap((build) => readdirSync(join(folder, build)).map((inner) => join(folder, build, inner, binary)))
    .filter((file) => existsSync(file));
}

export function findChromium() {
  return [...findOnPath(CHROMIUMS), ...findInPuppeteerCache('chrome', 'chrome')][0];
}

/** The first that is new enough, else the first there is. */
export function findFirefox() {
  const files = [...findOnPath(FIREFOXES), ...findInPuppeteerCache('firefox', 'firefox')];
  return files.find((file) => firefoxMajor(file) >= FIREFOX_MAJOR) ?? files[0];
}

/** The major version that a Firefox says it is, 0 when it says nothing. */
export function firefoxMajor(file) {
  return Number(/Firefox (\d+)/.exec(output(file, ['--version']))?.[1] ?? 0);
}

/** Whether there is a Firefox that does WebGPU. */
export function hasFirefox() {
  const file = findFirefox();
  return file !== undefined && firefoxMajor(file) >= FIREFOX_MAJOR;
}

/** The npm package brings the binary with it. */
export function findDeno() {
  const file = fileURLToPath(new URL('../node_modules/deno/bin.cjs', import.meta.url));
  return existsSync(file) ? file : undefined;
}

/** The installed version of Debian's mesa-vulkan-drivers, `25.0.7-2~bpo12+1`; undefined where dpkg knows of none. */
export function lavapipeVersion() {
  const fields = output('dpkg', ['-s', 'mesa-vulkan-drivers']);
  return /^Status: .* installed$/m.test(fields) ? /^Version: (.+)$/m.exec(fields)?.[1] : undefined;
}

/** The Vulkan manifest of Mesa's software driver: `lvp_icd.x86_64.json` in 22.3, `lvp_icd.json` in 25. */
export function findLavapipe() {
  const listed = packageFiles('mesa-vulkan-drivers').filter((file) => /\/lvp_icd[^/]*\.json$/.test(file));
  const inFolders = ICD_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /^lvp_icd.*\.json$/.test(name))
      .map((name) => join(folder, name)),
  );
  const files = [...listed, ...inFolders].filter((file) => existsSync(file));
  return files.find((file) => !/i[36]86/.test(file)) ?? files[0];
}

/** The Vulkan manifest of SwiftShader, which comes with Chromium. */
export function findSwiftShader() {
  const files = packageFiles('chromium', 'chromium-common').filter((file) => file.endsWith('/vk_swiftshader_icd.json'));
  const browser = findChromium();
  if (browser) files.push(join(dirname(realpathSync(browser)), 'vk_swiftshader_icd.json'));
  return files.find((file) => existsSync(file));
}

/** The major version of Mesa, or undefined when this system does not say. */
export function lavapipeMajor() {
  const version = lavapipeVersion();
  return version === undefined ? undefined : Number.parseInt(version, 10);
}

/** Whether Dawn will run on the lavapipe that is installed, as far as can be told without starting it. */
export function hasLavapipe() {
  return findLavapipe() !== undefined && (lavapipeMajor() ?? LAVAPIPE_MAJOR) >= LAVAPIPE_MAJOR;
}

/** What to do about a lane that lacks something, one sentence each. */
export const INSTALL = {
  automatic: 'On Debian or Ubuntu, as root: `node scripts/install-test-drivers.mjs`.',
  lavapipe: `Install Mesa ≥ ${LAVAPIPE_MAJOR} with its software Vulkan driver lavapipe (Debian 12: \`mesa-vulkan-drivers\` from bookworm-backports; Fedora: \`mesa-vulkan-drivers\`; Arch: \`vulkan-swrast\`) and the Vulkan loader (\`libvulkan1\`).`,
  chromium:
    'Install Chromium or Google Chrome (Debian: `chromium`), or `npx puppeteer browsers install chrome`; SwiftShader comes with it.',
  firefox: `Install Firefox ≥ ${FIREFOX_MAJOR} (Debian 12: \`firefox-esr\` from bookworm-security), or \`npx puppeteer browsers install firefox\`.`,
  deno: 'Install the npm packages with `npm ci`, without `--omit=dev`.',
};
