import { fileURLToPath } from 'node:url';
import * as drivers from '../../scripts/drivers.mjs';
import type { AdapterReport, LaneName } from './types.ts';

/** How to start a lane's process: `command args… request extra…`, with `env` over this process's own. */
export interface LaneCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly extra: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const entry = (name: string) => fileURLToPath(new URL(`../../build/lanes/${name}.js`, import.meta.url));

/** Two names for the same thing: which one a Vulkan loader reads depends on its age. */
function vulkan(manifest: string): Record<string, string> {
  return { VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest };
}

/**
 * On a machine that has not run a lane before, LLVM takes longer than all that is then computed: a third less where lavapipe's vectors have
 * four lanes, and in two of its three lanes it need not optimise. (Elsewhere, as in the tests of the pages, lavapipe is as it comes.)
 */
const NARROW = { LP_NATIVE_VECTOR_WIDTH: '128' };
const UNOPTIMIZED = { GALLIVM_PERF: 'nopt' };

function missing(what: string, remedy: string): Error {
  return new Error(`${what} ${drivers.INSTALL.automatic} Elsewhere: ${remedy}`);
}

function needLavapipe(): string {
  const file = drivers.findLavapipe();
  if (!file) throw missing('No lavapipe (Vulkan manifest lvp_icd*.json) on this machine.', drivers.INSTALL.lavapipe);
  return file;
}

function needChromium(): string {
  const file = drivers.findChromium();
  if (!file) throw missing('No Chromium on this machine.', drivers.INSTALL.chromium);
  return file;
}

function needFirefox(): string {
  const file = drivers.findFirefox();
  if (!file) throw missing('No Firefox on this machine.', drivers.INSTALL.firefox);
  if (!drivers.hasFirefox()) {
    throw missing(`${file} is Firefox ${drivers.firefoxMajor(file)}, too old for WebGPU.`, drivers.INSTALL.firefox);
  }
  return file;
}

const COMMANDS: Record<LaneName, () => Omit<LaneCommand, 'extra'> & { extra?: string[] }> = {
  'node-lavapipe': () => {
    const manifest = needLavapipe();
    if (!drivers.hasLavapipe()) {
      throw missing(
        `Dawn does not accept Mesa ${drivers.lavapipeVersion()}, it needs ${drivers.LAVAPIPE_MAJOR} or newer.`,
        drivers.INSTALL.lavapipe,
      );
    }
    const env = { ...vulkan(manifest), ...NARROW, ...UNOPTIMIZED };
    return { command: process.execPath, args: ['--enable-source-maps', entry('node')], env };
  },
  'node-swiftshader': () => {
    const manifest = drivers.findSwiftShader();
    if (!manifest) {
      throw missing('No SwiftShader (vk_swiftshader_icd.json) on this machine.', drivers.INSTALL.chromium);
    }
    return { command: process.execPath, args: ['--enable-source-maps', entry('node')], env: vulkan(manifest) };
  },
  chromium: () => ({
    command: process.execPath,
    args: [entry('puppeteer')],
    env: {},
    extra: [needChromium()],
  }),
  firefox: () => ({
    command: process.execPath,
    args: [entry('puppeteer')],
    env: { ...vulkan(needLavapipe()), ...NARROW },
    extra: [needFirefox()],
  }),
  deno: () => {
    const deno = drivers.findDeno();
    if (!deno) throw missing('No deno in node_modules.', drivers.INSTALL.deno);
    return {
      command: process.execPath,
      args: [deno, 'run', '--no-config', '--no-remote', '--unstable-webgpu', '-A', entry('deno')],
      env: { ...vulkan(needLavapipe()), ...NARROW, ...UNOPTIMIZED, DENO_NO_UPDATE_CHECK: '1' },
    };
  },
};

/**
 * How to start `lane` here. Throws a sentence that says what is missing and how to get it.
 *
 * @param folder for what the process writes; the Vulkan loaders complain on every start without a runtime folder
 */
export function laneCommand(lane: LaneName, folder: string): LaneCommand {
  const { env, extra = [], ...rest } = COMMANDS[lane]();
  return { ...rest, extra, env: { XDG_RUNTIME_DIR: folder, TMPDIR: folder, ...env } };
}

/** What the adapter's description must contain for the lane to be what its name says. */
const DRIVERS: Record<LaneName, RegExp> = {
  'node-lavapipe': /llvmpipe/i,
  'node-swiftshader': /swiftshader/i,
  chromium: /swiftshader/i,
  // Firefox gives no names, to hide who its user is; VK_DRIVER_FILES leaves it no choice but lavapipe.
  firefox: /llvmpipe|^[ ·]*$/i,
  deno: /llvmpipe/i,
};

/** Throws when a lane got another adapter than its own, a hardware one for instance. */
export function checkAdapter(lane: LaneName, adapter: AdapterReport): void {
  const { vendor, architecture, device, description } = adapter;
  const text = [vendor, architecture, device, description].join(' · ');
  if (!DRIVERS[lane].test(text)) throw new Error(`The lane ${lane} must run on ${DRIVERS[lane]}, but got: ${text}`);
}
