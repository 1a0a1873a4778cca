// Vec per component: mean, b, U, and one that starts with c.
#import factor-blocks
#import upper-product

const STRIDE: u32 = 2u * DB + FACTOR + 1u;
