// What the seeding stages share: the squared distance of a point to a candidate c for a centre, Σ_d weights_d (x_d − c_d)². The parameters are
// weights_d, then the candidates one after another.

#import job
#import point-block
#import parameters

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;               // of each position the row within its window

fn squared_distance(row: u32, candidate: u32) -> f32 {
  var distance = 0.0;
  for (var b = 0u; b < DB; b++) {
    let z = point_block(row, b) - parameter((1u + candidate) * DB + b);
    distance = add_inner(parameter(b), z * z, b, distance);
  }
  return distance;
}
