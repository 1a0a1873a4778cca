// Layout of a component's parameters, in Vec: mean, b, u, and one that starts with the log-normalizer.
const FIRST: u32 = 0u;
const STRIDE: u32 = 3u * DB + 1u;
