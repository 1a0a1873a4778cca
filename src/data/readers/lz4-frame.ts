/**
 * LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), in which pandas and pyarrow pack Feather files
 * by default. hyparquet-compressors unpacks single blocks only, while these frames link theirs: a block may repeat bytes
 * of the block before it. Checksums are skipped, not compared.
 */

const MAGIC = 0x184d2204;
const RAW_BLOCK = 0x80000000;
const SHORTEST_MATCH = 4;

interface Block {
  readonly bytes: Uint8Array;
  readonly isPacked: boolean;
}

/** Unpacks one frame; throws a plain `Error` when it is none or is damaged. */
export function unpackLz4Frame(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const flags = frame[4] ?? 0;
  if (frame.length < 11 || view.getUint32(0, true) !== MAGIC || flags >> 6 !== 1) throw new Error('no LZ4 frame');
  if (flags & 1) throw new Error('LZ4 frames with a dictionary are not supported');
  const largestBlock = 1 << (8 + 2 * ((frame[5]! >> 4) & 7));
  const headerBytes = 4 + 2 + (flags & 8 ? 8 : 0) + 1;
  const blocks = findBlocks(frame, view, headerBytes, flags & 16 ? 4 : 0);
  const output = new Uint8Array(blocks.length * largestBlock);
  let end = 0;
  for (const { bytes, isPacked } of blocks) {
    if (isPacked) {
      end = unpackBlock(bytes, output, end);
    } else {
      output.set(bytes, end);
      end += bytes.length;
    }
  }
  return output.slice(0, end);
}

function findBlocks(frame: Uint8Array, view: DataView, start: number, checksumBytes: number): Block[] {
  const blocks: Block[] = [];
  let at = start;
  for (;;) {
    const word = view.getUint32(at, true);
    if (word === 0) return blocks;
    const length = word & ~RAW_BLOCK;
    at += 4;
    if (at + length > frame.length) throw new Error('the LZ4 frame ends within a block');
    blocks.push({ bytes: frame.subarray(at, at + length), isPacked: word < RAW_BLOCK });
    at += length + checksumBytes;
  }
}

/** Unpacks a block to `output` from `end` on, where the blocks before it end; returns where it ends itself. */
function unpackBlock(block: Uint8Array, output: Uint8Array, end: number): number {
  let at = 0;
  let to = end;
  const readLength = (nibble: number) => {
    let length = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) byte = block[at++] ?? 0;
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const nLiterals = readLength(token >> 4);
    if (at + nLiterals > block.length || to + nLiterals > output.length) throw new Error('damaged LZ4 block');
    output.set(block.subarray(at, at + nLiterals), to);
    at += nLiterals;
    to += nLiterals;
    if (at >= block.length) break;
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const length = readLength(token & 15) + SHORTEST_MATCH;
    if (distance === 0 || distance > to || to + length > output.length) throw new Error('damaged LZ4 block');
    // Byte by byte, for a match may overlap what it writes: that is how LZ4 writes repetitions.
    for (const stop = to + length; to < stop; to++) output[to] = output[to - distance]!;
  }
  return to;
}
