import { Command } from 'commander';
import { type BackendReport, describeBackends, type TunedStage } from '../../node.ts';
import { toLine } from '../fit-json.ts';
import { count } from '../numbers.ts';
import { stdout } from '../sink.ts';
import { factLines } from '../terminal/summary.ts';
import { emgpuVersion } from '../version.ts';

/** The limits that decide how large a problem fits. */
const KEY_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxStorageBuffersPerShaderStage',
];

const EXAMPLES = `
Examples:
  emgpu info
  emgpu info --json | jq .auto`;

/** `emgpu info`: where a fit would run, why there, and which variants of the kernels it would take. */
export function infoCommand(): Command {
  return new Command('info')
    .description(
      'List the adapters with their limits and tuned kernels, the CPU workers, and what --backend auto would take.',
    )
    .option('--json', 'print one JSON object, all limits included')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { json?: true }) => {
      const report = await describeBackends();
      await stdout.write(
        json ? toLine({ version: emgpuVersion(), node: process.version, ...report }) : infoText(report),
      );
    });
}

function infoText({ adapters, cpu, auto }: BackendReport): string {
  const blocks = [
    [['emgpu', `${emgpuVersion()}, Node ${process.version}`]],
    ...adapters.map(adapterFacts),
    ...(adapters.length === 0 ? [[['adapters', 'none: WebGPU is not available here']]] : []),
    [
      ['CPU', `${cpu.workers} workers, float64`],
      ['auto', `takes ${auto.backend}, ${auto.adapter}: ${auto.reason}`],
    ],
  ];
  return `${blocks.map((facts) => factLines(facts).join('\n')).join('\n\n')}\n`;
}

function adapterFacts(adapter: BackendReport['adapters'][number]): string[][] {
  return [
    ['adapter', adapter.description],
    ['vendor', [adapter.vendor, adapter.architecture].filter(Boolean).join(', ')],
    ['kind', adapter.isSoftware ? 'software: taken only by --backend webgpu' : 'hardware'],
    ...KEY_LIMITS.filter((name) => name in adapter.limits).map((name) => [
      name,
      limitText(name, adapter.limits[name]!),
    ]),
    ['features', [...adapter.features].sort().join(', ') || 'none'],
    ...(adapter.tuned.length > 0 ? adapter.tuned.map(tunedText) : ['nothing yet']).map((text) => ['tuned', text]),
  ];
}

/** A tuned choice in words: points that an invocation of the E-step takes at once, or components side by side in a workgroup of the M-step. */
function tunedText({ stage, nFeatures, nComponents, choice }: TunedStage): string {
  const what = stage.startsWith('moments')
    ? `at most ${choice} components side by side`
    : `${choice} ${choice === 1 ? 'point' : 'points'} at once per invocation`;
  return `${stage}, D ${nFeatures}, K ≤ ${nComponents}: ${what}`;
}

function limitText(name: string, value: number): string {
  return name.endsWith('Size') ? byteText(value) : count(value);
}

function byteText(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${count(bytes / 1024 ** power)} ${['bytes', 'KiB', 'MiB', 'GiB'][power]}`;
}
