/**
 * `npm run wasm`: compiles `src/backends/cpu/stages/` (AssemblyScript) to WebAssembly, embedded in `stages-wasm.ts` beside it.
 * That is under version control: a build or a test needs no compiler. `test/cpu/wasm.test.ts` notices when it was forgotten.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = new URL('..', import.meta.url);
const TARGET = new URL('src/backends/cpu/stages-wasm.ts', ROOT);

const OPTIONS = [
  // No runtime: the stages allocate nothing.
  ...['--runtime', 'stub', '--noAssert', '-O3'],
  ...['--enable', 'simd'],
  // "Exchange of v128 values": only between the stages' own functions.
  ...['--disableWarning', '112'],
];

/** The text of `stages-wasm.ts` as the sources give it. */
export async function compileStages() {
  let binary;
  const { error, stderr } = await asc.main(
    ['src/backends/cpu/stages/index.ts', '--baseDir', fileURLToPath(ROOT), '--outFile', 'stages.wasm', ...OPTIONS],
    {
      writeFile: (_name, contents) => {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`The CPU stages do not compile.\n${stderr.toString()}`, { cause: error });
  return `/** \`stages/\` as WebAssembly, base64, written by \`npm run wasm\`. */
export const STAGES_WASM =
  '${Buffer.from(binary).toString('base64')}';
`;
}

/** What is under version control. */
export function readStages() {
  return readFileSync(TARGET, 'utf8');
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TARGET, await compileStages());
