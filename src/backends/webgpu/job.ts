/** What one dispatch works on: the struct `Job` of `shaders/shared/job.wgsl`, in its order. */
export interface Job {
  first: number;
  count: number;
  components: number;
  row: number;
  run: number;
  partFirst: number;
  partCount: number;
  groupParts: number;
  groupFirst: number;
  sums: number;
  tileFirst: number;
  across: number;
  pieces: number;
  blocks: number;
  fresh: number;
  offset: number;
}

/** Bytes from one job to the next in a uniform buffer: the alignment of dynamic offsets that every adapter accepts. */
export const JOB_STRIDE = 256;
/** Bytes of the struct, padded to 16. */
export const JOB_BYTES = 64;

const ZERO: Job = {
  first: 0,
  count: 0,
  components: 0,
  row: 0,
  run: 0,
  partFirst: 0,
  partCount: 0,
  groupParts: 0,
  groupFirst: 0,
  sums: 0,
  tileFirst: 0,
  across: 0,
  pieces: 0,
  blocks: 0,
  fresh: 0,
  offset: 0,
};

/** The bytes of a list of jobs, `JOB_STRIDE` apart; what a job leaves out is 0. */
export function encodeJobs(jobs: readonly Partial<Job>[]): ArrayBuffer {
  const bytes = new ArrayBuffer(jobs.length * JOB_STRIDE);
  const view = new DataView(bytes);
  jobs.forEach((job, i) => {
    const { offset, ...counts } = { ...ZERO, ...job };
    Object.values(counts).forEach((value, field) => {
      view.setUint32(i * JOB_STRIDE + field * 4, value, true);
    });
    view.setFloat32(i * JOB_STRIDE + Object.keys(counts).length * 4, offset, true);
  });
  return bytes;
}
