/** Lane process: Deno, whose WebGPU is wgpu. */
import { runProcess } from './process.ts';

await runProcess(navigator.gpu);
