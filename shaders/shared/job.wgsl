// What one dispatch works on. Points lie in windows (one buffer each), windows consist of chunks (one dispatch each), and chunks of runs (one partial
// sum each). Sums depend on runs alone, never on how the work is cut into chunks. Twin: src/backends/webgpu/job.ts, which writes this struct.

struct Job {
  first: u32,            // first point of the chunk within its window, a multiple of 1,024 in E- and M-steps; seeding, gather: first place in `rows`
  count: u32,            // points in the chunk; 0 once a stretch has ended, so that further E-steps do nothing
  components: u32,       // K
  row: u32,              // length of a row of `densities`: the capacity of a chunk, a multiple of 1,024; seeding: tiles in a row of `sums`
  run: u32,              // points per partial sum
  part_first: u32,       // index of the chunk's first partial sum within its window
  part_count: u32,       // partial sums in the chunk
  group_parts: u32,      // partial sums per total; join-likelihoods: log-likelihoods that become one
  group_first: u32,      // index of the total that the chunk's first partial sum belongs to; totals, join-likelihoods: of the first result
  sums: u32,             // size of a component's sums, in vec4f
  tile_first: u32,       // index of the chunk's first tile of 256 points (lean stages for both steps: of its first run) within its window
  across: u32,           // components that a workgroup of a moments stage works on side by side
  pieces: u32,           // runs that it works on side by side; totals: 2 where each addend is two numbers
  blocks: u32,           // update: blocks of features that it works on side by side
  fresh: u32,            // 1: totals, or values of seeding, are replaced, not added to
  offset: f32,           // readout: added to log-densities (base 2); seeding: added to distances
}

// WGSL arithmetic must not meet an infinity: squared distances are cut off here, far beyond any that matters.
const MAX_DISTANCE: f32 = 1e30;
// The log-density of a component without weight: below that of any other. Twin: src/backends/webgpu/pack.ts
const WEIGHTLESS: f32 = -2.0 * MAX_DISTANCE;
// 2^x is 0 from here down.
const MIN_EXPONENT: f32 = -150.0;
// Larger than any squared distance that is found: the start of a search for the nearest.
const MAX_FLOAT: f32 = 3.4028234e38;
