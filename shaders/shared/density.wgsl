// What the log-density stages write: densities[k][n], base 2, and peaks[n] = peak_n, the largest of a point's densities so far. It is carried
// over from batch to batch.

#import job
#import points

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(3) var<storage, read_write> densities: array<f32>;
@group(0) @binding(4) var<storage, read_write> peaks: array<f32>;

alias PerPoint = array<f32, POINTS>;

fn peaks_so_far(group: u32, lane: u32) -> PerPoint {
  var peak: PerPoint;
  for (var p = 0u; p < POINTS; p++) {
    peak[p] = WEIGHTLESS;
    if (batch.first > 0u) {
      peak[p] = peaks[point_number(group, lane, p)];
    }
  }
  return peak;
}

// Writes log_normalizer − distance for component k of the batch; returns the largest density of each point so far.
fn write_densities(group: u32, lane: u32, k: u32, log_normalizer: f32, distance: PerPoint, peak: PerPoint) -> PerPoint {
  let row = (batch.first + k) * job.row;
  var result = peak;
  for (var p = 0u; p < POINTS; p++) {
    let density = log_normalizer - min(distance[p], MAX_DISTANCE);
    densities[row + point_number(group, lane, p)] = density;
    result[p] = max(result[p], density);
  }
  return result;
}

fn write_peaks(group: u32, lane: u32, peak: PerPoint) {
  for (var p = 0u; p < POINTS; p++) {
    peaks[point_number(group, lane, p)] = peak[p];
  }
}
