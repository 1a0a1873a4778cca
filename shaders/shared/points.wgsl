// In a stage that goes over points an invocation takes POINTS of them, 64 apart, so that one read of a parameter serves them all. Chunks are
// padded to whole workgroups.

#import point-block

@group(0) @binding(2) var<storage, read> points: array<Vec>;

alias Points = array<array<Vec, DB>, POINTS>;

// The number of an invocation's p-th point within the chunk.
fn point_number(group: u32, lane: u32, p: u32) -> u32 {
  return (group * POINTS + p) * 64u + lane;
}

fn load_points(first: u32, group: u32, lane: u32) -> Points {
  var x: Points;
  for (var p = 0u; p < POINTS; p++) {
    for (var b = 0u; b < DB; b++) {
      x[p][b] = point_block(first + point_number(group, lane, p), b);
    }
  }
  return x;
}
