/** Dawn needs features that Mesa's software driver has since this version. */
export const LAVAPIPE_MAJOR: number;

/** Release builds of Firefox for Linux older than this may refuse WebGPU. */
export const FIREFOX_MAJOR: number;

/** Paths of executables; undefined where there is none. */
export function findChromium(): string | undefined;
export function findFirefox(): string | undefined;
/** The major version that a Firefox says it is, 0 when it says nothing. */
export function firefoxMajor(file: string): number;
/** Whether there is a Firefox that does WebGPU. */
export function hasFirefox(): boolean;
/** The npm package's starter script, to be run with Node. */
export function findDeno(): string | undefined;

/** Paths of Vulkan manifests (`VK_DRIVER_FILES`); undefined where there is none. */
export function findLavapipe(): string | undefined;
export function findSwiftShader(): string | undefined;

/** The version of Debian's mesa-vulkan-drivers, whole or its major part; undefined where dpkg knows of none. */
export function lavapipeVersion(): string | undefined;
export function lavapipeMajor(): number | undefined;

/** Whether Dawn will run on the lavapipe that is installed, as far as can be told without starting it. */
export function hasLavapipe(): boolean;

/** What to do about a lane that lacks something, one sentence each. */
export const INSTALL: Readonly<Record<'automatic' | 'lavapipe' | 'chromium' | 'firefox' | 'deno', string>>;

/** Switches of Chromium. */
export const CHROMIUM_OFFLINE: readonly string[];
export const CHROMIUM_SWIFTSHADER: readonly string[];
/** A toggle of Dawn on SwiftShader; Chromium wants `--` before it. */
export const QUICK_TO_COMPILE: string;
