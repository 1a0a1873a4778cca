// Layout of parameters, in Vec: U once; then for each component mean, b = Uᵀ mean, and one that starts with the log-normalizer.
#import factor-blocks
#import upper-product

const FIRST: u32 = FACTOR;
const STRIDE: u32 = 2u * DB + 1u;
