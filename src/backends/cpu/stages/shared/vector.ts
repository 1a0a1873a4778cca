// Short names for the operations that formulas are made of. The compiler inlines them.

export function add(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}

export function sub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}

export function mul(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}

export function square(a: v128): v128 {
  return f64x2.mul(a, a);
}

/** The number at an address, in both lanes. */
export function splat(at: usize): v128 {
  return v128.load64_splat(at);
}

export function sumLanes(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}
