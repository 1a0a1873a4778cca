// Sums four vectors over the 64 invocations of a workgroup in a fixed order. Invocations 0…3 return the four sums.

var<workgroup> sh_parts: array<vec4f, 256>;
var<workgroup> sh_sums: array<vec4f, 64>;

fn sum_over_workgroup(lane: u32, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  sh_parts[lane] = a;
  sh_parts[64u + lane] = b;
  sh_parts[128u + lane] = c;
  sh_parts[192u + lane] = d;
  workgroupBarrier();
  // 16 invocations per vector, four terms each …
  let at = lane * 4u;
  sh_sums[lane] = (sh_parts[at] + sh_parts[at + 1u]) + (sh_parts[at + 2u] + sh_parts[at + 3u]);
  workgroupBarrier();
  // … then one invocation per vector, 16 terms.
  var sum = vec4f(0.0);
  if (lane < 4u) {
    for (var i = 0u; i < 16u; i++) {
      sum += sh_sums[lane * 16u + i];
    }
  }
  workgroupBarrier();
  return sum;
}
