// What one dispatch works on. Points come in windows (one buffer each), windows in slabs (the unit of summation: its sums
// never depend on how the work is cut), slabs in chunks (what one dispatch covers).
// Twin: src/backends/webgpu/job.ts writes this struct.

struct Job {
  first: u32,            // first point of the chunk, counted within its window; a multiple of `slab`
  count: u32,            // points in the chunk
  components: u32,       // K
  batch_first: u32,      // first component of the batch whose parameters are bound
  batch_count: u32,      // components in that batch
  row: u32,              // length of a row of `densities`: the capacity of a chunk
  slab: u32,             // points per slab
  part_first: u32,       // index of the chunk's first partial sum, counted over all windows; a slab gives 1 or 16
  part_count: u32,       // partial sums in the chunk
  group_parts: u32,      // partial sums that are added up to one total
  sums: u32,             // vec4f accumulators of all components together
  tile_first: u32,       // index of the chunk's first tile of 256 points, counted over all windows
  offset: f32,           // added to log-densities that are read out (base 2)
}

// No infinity may appear in WGSL arithmetic: squared distances end here, far beyond any that matters …
const MAX_DISTANCE: f32 = 1e30;
// … and 2^x is 0 from here on.
const MIN_EXPONENT: f32 = -150.0;
