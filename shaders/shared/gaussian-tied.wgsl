// U once; then Vec per component: mean, b = U^T mean, and one that starts with c.
#import factor-blocks
#import upper-product

const FIRST: u32 = FACTOR;
const STRIDE: u32 = 2u * DB + 1u;
