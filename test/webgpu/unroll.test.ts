import { expect, test } from 'vitest';
import { expandShader } from '../../src/backends/webgpu/shader.ts';
import { shapeOf } from '../../src/backends/webgpu/shape.ts';
import { unroll } from '../../src/backends/webgpu/unroll.ts';

const expand = (text: string, constants = {}) => unroll(text.split('\n'), constants).join('\n');

test('a block is written out once for each number below a constant', () => {
  expect(expand('a\n#each p POINTS\nlet x{p} = {p}u;\n#end\nb', { POINTS: 2 })).toBe(
    'a\nlet x0 = 0u;\nlet x1 = 1u;\nb',
  );
  expect(expand('#each p POINTS\nx{p}\n#end', { POINTS: 0 })).toBe('');
});

test('blocks nest, and an inner one may end where the outer one is', () => {
  expect(expand('#each j 3\n#each i {j}\nu{i}_{j}\n#end\nd{j}\n#end')).toBe('d0\nu0_1\nd1\nu0_2\nu1_2\nd2');
});

test('what cannot be written out is told', () => {
  expect(() => expand('#each p POINTS\nx\n#end')).toThrow(/POINTS is no size/);
  expect(() => expand('#each p 2\nx')).toThrow(/without an #end/);
});

test('stages for GPUs have no array that a compiler could leave in memory', () => {
  for (const stage of ['lean-density-full', 'lean-moments-full', 'lean-density-diag', 'lean-moments-diag'] as const) {
    const text = expandShader(stage, [], shapeOf(12), { points: 2 });
    expect(text).not.toMatch(/#each|\{[a-z]\}/);
    expect(text.replace(/^(@group|var<workgroup>).*$/gm, '')).not.toContain('array<');
  }
});
