// What the log-density stages write: densities[k][n], base 2, and maxima[n], the largest of a point's so far, which carries
// over from batch to batch.

#import job
#import points

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(3) var<storage, read_write> densities: array<f32>;
@group(0) @binding(4) var<storage, read_write> maxima: array<f32>;

alias PerPoint = array<f32, POINTS>;

fn maxima_so_far(group: u32, lane: u32) -> PerPoint {
  var largest: PerPoint;
  for (var p = 0u; p < POINTS; p++) {
    largest[p] = -2.0 * MAX_DISTANCE;   // what a component without weight has
    if (batch.first > 0u) {
      largest[p] = maxima[point_number(group, lane, p)];
    }
  }
  return largest;
}

// c - distance for component k of the batch; returns the largest of each point.
fn write_densities(group: u32, lane: u32, k: u32, c: f32, distance: PerPoint, largest: PerPoint) -> PerPoint {
  let row = (batch.first + k) * job.row;
  var result = largest;
  for (var p = 0u; p < POINTS; p++) {
    let density = c - min(distance[p], MAX_DISTANCE);
    densities[row + point_number(group, lane, p)] = density;
    result[p] = max(result[p], density);
  }
  return result;
}

fn write_maxima(group: u32, lane: u32, largest: PerPoint) {
  for (var p = 0u; p < POINTS; p++) {
    maxima[point_number(group, lane, p)] = largest[p];
  }
}
