import { EmgpuError } from '../../errors.ts';
import { STAGES_WASM } from './stages-wasm.ts';

/** A place in a workspace's memory, in bytes from its start. */
export type Address = number;

export type Stage = (...args: (Address | number | boolean)[]) => void;

/** What `stages/index.ts` exports; its files say what the arguments are. */
export interface Stages {
  readonly assign: Stage;
  readonly logDensityDiag: Stage;
  readonly logDensityFull: Stage;
  readonly logDensityPlane: Stage;
  readonly logDensitySpherical: Stage;
  readonly logLikelihood: (peak: Address, total: Address, count: number, products: Address) => number;
  readonly transform: Stage;
  readonly momentsDiag: Stage;
  readonly momentsFull: Stage;
  readonly momentsPlane: Stage;
  readonly narrowCenters: Stage;
  readonly nearestDistances: Stage;
  readonly normalize: Stage;
  readonly seedDistance: Stage;
  readonly update: Stage;
  readonly weigh: Stage;
  readonly expRow: Stage;
  readonly addLong: Stage;
  readonly memory: WebAssembly.Memory;
  readonly EXP_TABLE: WebAssembly.Global<'i32'>;
  readonly EXP_TABLE_SIZE: WebAssembly.Global<'i32'>;
  readonly TILE: WebAssembly.Global<'i32'>;
}

const PAGE = 65_536;
/** In bytes: rows begin at cache lines. */
const ALIGNMENT = 64;
/** Bytes of a long sum, which is the sum and what its additions rounded off: see `stages/shared/long-sums.ts`. */
export const LONG = 16;

let compiled: WebAssembly.Module | undefined;
const idle: Workspace[] = [];

/**
 * The SIMD stages and the memory that they work in: what a pass needs lies here, one tile at a time, while the points stay
 * outside. A pass borrows a workspace and gives it back: instances are few, because each reserves much address space.
 */
export class Workspace {
  readonly stages: Stages;
  readonly #base: Address;
  #end: Address;

  /** A workspace that no pass uses, with nothing in it. */
  static borrow(): Workspace {
    return idle.pop() ?? new Workspace();
  }

  private constructor() {
    compiled ??= compile();
    this.stages = new WebAssembly.Instance(compiled).exports as unknown as Stages;
    const size = this.stages.EXP_TABLE_SIZE.value;
    this.#base = this.stages.EXP_TABLE.value + 8 * size;
    this.#end = this.#base;
    this.#growTo(this.#end);
    writeExpTable(new BigInt64Array(this.stages.memory.buffer, this.stages.EXP_TABLE.value, size));
  }

  /** The stage of a family beyond the Gaussian, which {@link Stages} does not list; undefined where there is none. */
  stage(name: string): Stage | undefined {
    return (this.stages as unknown as Record<string, Stage | undefined>)[name];
  }

  /** Ends the loan: all addresses are void. */
  giveBack(): void {
    this.#end = this.#base;
    idle.push(this);
  }

  /**
   * Reserves room for `length` numbers, all 0.
   * @throws `out-of-memory`
   */
  reserve(length: number): Address {
    const at = this.#end;
    const end = at + Math.ceil((8 * length) / ALIGNMENT) * ALIGNMENT;
    this.#growTo(end);
    this.#end = end;
    this.numbers(at, length).fill(0);
    return at;
  }

  /** Reserves room and copies these numbers there. */
  place(numbers: Float64Array): Address {
    const at = this.reserve(numbers.length);
    this.numbers(at, numbers.length).set(numbers);
    return at;
  }

  /** Reserves room for `length` long sums, all 0. */
  reserveSums(length: number): Address {
    return this.reserve((length * LONG) / 8);
  }

  /** A view of the memory, valid until the next `reserve`. */
  numbers(at: Address, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.stages.memory.buffer, at, length);
  }

  /** Returns a copy of long sums and sets them to 0. */
  takeSums(at: Address, length: number): Float64Array {
    const sums = this.numbers(at, (length * LONG) / 8);
    const copy = sums.slice();
    sums.fill(0);
    return copy;
  }

  #growTo(end: Address): void {
    const { memory } = this.stages;
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      memory.grow(missing);
    } catch (cause) {
      throw new EmgpuError(
        'out-of-memory',
        `The parameters and sums of a model take ${end} bytes, more than WebAssembly gets here.`,
        'Use fewer components or features, or a covariance type with fewer parameters.',
        { cause },
      );
    }
  }
}

function compile(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(STAGES_WASM), (char) => char.charCodeAt(0)));
  } catch (cause) {
    throw new EmgpuError(
      'worker-failed',
      `The CPU backend cannot compile its WebAssembly: ${(cause as Error).message}.`,
      "Use a runtime with WebAssembly SIMD; where a page has a Content-Security-Policy, it must allow 'wasm-unsafe-eval'.",
      { cause },
    );
  }
}

/** The powers of two that `stages/shared/exp.ts` asks for. */
function writeExpTable(table: BigInt64Array): void {
  const powers = Float64Array.from(table, (_, j) => 2 ** (j / table.length));
  const bits = new BigInt64Array(powers.buffer);
  bits.forEach((b, j) => {
    table[j] = b - (BigInt(j) << 43n);
  });
}
