// Sums four vectors over the 64 invocations of a workgroup in a fixed order. COARSE: to one sum each, left with invocations
// 0…3. Otherwise to 16 partial sums each, of four invocations: the host adds more of them in float64, so that fewer
// float32 roundings carry the weight of everything.

var<workgroup> sh_parts: array<vec4f, 256>;
#if COARSE
var<workgroup> sh_sums: array<vec4f, 64>;
const PARTS: u32 = 1u;
#else
const PARTS: u32 = 16u;
#endif

fn sum_over_workgroup(lane: u32, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  workgroupBarrier();   // the last call's reads are done
  sh_parts[lane] = a;
  sh_parts[64u + lane] = b;
  sh_parts[128u + lane] = c;
  sh_parts[192u + lane] = d;
  workgroupBarrier();
  // 16 invocations per vector, four terms each.
  let at = lane * 4u;
  let part = (sh_parts[at] + sh_parts[at + 1u]) + (sh_parts[at + 2u] + sh_parts[at + 3u]);
#if COARSE
  sh_sums[lane] = part;
  for (var half = 8u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if ((lane & 15u) < half) {
      sh_sums[lane] += sh_sums[lane + half];
    }
  }
  workgroupBarrier();
  return sh_sums[(lane & 3u) * 16u];
#else
  return part;
#endif
}

// Which of the four vectors an invocation has the sum of, which part of it, and whether it has any.
#if COARSE
fn vector_of(lane: u32) -> u32 { return lane; }
fn part_of(lane: u32) -> u32 { return 0u; }
fn has_sum(lane: u32) -> bool { return lane < 4u; }
#else
fn vector_of(lane: u32) -> u32 { return lane >> 4u; }
fn part_of(lane: u32) -> u32 { return lane & 15u; }
fn has_sum(lane: u32) -> bool { return true; }
#endif
