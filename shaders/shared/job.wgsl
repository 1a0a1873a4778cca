// What one dispatch works on. Points come in windows (one buffer each), windows in chunks (what one dispatch covers), chunks
// in runs (what one partial sum adds up: sums never depend on how the work is cut).
// Twin: src/backends/webgpu/job.ts writes this struct.

struct Job {
  first: u32,            // first point of the chunk, counted within its window; a multiple of 1,024
  count: u32,            // points in the chunk; 0 once a stretch has ended: E-steps do nothing then
  components: u32,       // K
  row: u32,              // length of a row of `densities`: the capacity of a chunk, a multiple of 1,024; of `sums` of seeding: tiles
  run: u32,              // points per partial sum
  part_first: u32,       // index of the chunk's first partial sum, counted within its window
  part_count: u32,       // partial sums in the chunk
  group_parts: u32,      // partial sums that are added up to one total
  group_first: u32,      // index of the total that the chunk's first partial sum belongs to
  sums: u32,             // vec4f of sums per component
  tile_first: u32,       // index of the chunk's first tile of 256 points, counted within its window
  across: u32,           // components that a workgroup of a moments stage works on side by side
  pieces: u32,           // runs that it works on side by side
  blocks: u32,           // update: blocks of features that it works on side by side
  fresh: u32,            // 1: what is there is replaced and not added to: totals, values of seeding
  offset: f32,           // added to log-densities that are read out (base 2), and to distances of seeding
}

// No infinity may appear in WGSL arithmetic: squared distances end here, far beyond any that matters …
const MAX_DISTANCE: f32 = 1e30;
// … and 2^x is 0 from here on.
const MIN_EXPONENT: f32 = -150.0;
