// Layout of a component's parameters, in Vec: mean, b, U, and one that starts with the log-normalizer.
#import factor-blocks
#import upper-product

const FIRST: u32 = 0u;
const STRIDE: u32 = 2u * DB + FACTOR + 1u;
