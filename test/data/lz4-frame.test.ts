import { describe, expect, it } from 'vitest';
import { unpackLz4Frame } from '../../src/data/readers/lz4-frame.ts';

const HEADER = [0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0];
const END = [0, 0, 0, 0];

function block(bytes: readonly number[], isStored = false): number[] {
  return [bytes.length & 255, bytes.length >> 8, 0, isStored ? 0x80 : 0, ...bytes];
}

function codes(text: string): number[] {
  return Array.from(text, (c) => c.charCodeAt(0));
}

function unpack(...parts: number[][]): string {
  return new TextDecoder().decode(unpackLz4Frame(Uint8Array.from(parts.flat())));
}

describe('LZ4 frames', () => {
  it('copies literals and matches, also overlapping ones', () => {
    // 3 literals, then 4 + 5 bytes from 3 back; then 1 literal.
    expect(unpack(HEADER, block([0x35, ...codes('abc'), 3, 0, 0x10, ...codes('!')]), END)).toBe('abcabcabcabc!');
  });

  it('reads long lengths', () => {
    const literals = 'x'.repeat(15 + 255 + 3);
    expect(unpack(HEADER, block([0xf0, 255, 3, ...codes(literals)]), END)).toBe(literals);
    // 1 literal, a match of 4 + 15 + 6 from 1 back, 1 literal.
    expect(unpack(HEADER, block([0x1f, ...codes('y'), 1, 0, 6, 0x10, ...codes('z')]), END)).toBe(`${'y'.repeat(26)}z`);
  });

  it('links blocks and takes stored ones', () => {
    const linked = block([0x00, 4, 0, 0x10, ...codes('!')]);
    expect(unpack(HEADER, block(codes('data'), true), linked, END)).toBe('datadata!');
  });

  it('skips content size and checksums', () => {
    const header = [0x04, 0x22, 0x4d, 0x18, 0x5c, 0x40, 2, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(unpack(header, block(codes('ok'), true), [1, 2, 3, 4], END, [9, 9, 9, 9])).toBe('ok');
  });

  it('refuses damage', () => {
    expect(() => unpack([1, 2, 3, 4, ...END, ...END])).toThrow('no LZ4 frame');
    expect(() => unpack(HEADER, block([0x35, ...codes('abc'), 9, 0]), END)).toThrow('damaged');
    expect(() => unpack(HEADER, block([0xf0, 255, 255, 255]), END)).toThrow('damaged');
    expect(() => unpack(HEADER, [200, 0, 0, 0, 1, 2])).toThrow('ends within a block');
  });
});
