// Vec per component: mean, b, u, and one that starts with c.
const FIRST: u32 = 0u;
const STRIDE: u32 = 3u * DB + 1u;
