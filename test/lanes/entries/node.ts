/** Lane process: Node with Dawn, on whichever driver the Vulkan loader was pointed to. */
import { create, globals } from 'webgpu';
import { runProcess } from './process.ts';

Object.assign(globalThis, globals);
await runProcess(create([]));
